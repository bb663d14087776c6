"""The database itself counts the versions of rows."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("orders", "order_item", "order_discount", "payment", "refund")


def upgrade() -> None:
    op.execute(chassis_sql("0003_row_version"))
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER trg_count_version BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION count_version()"
        )
