"""The change log has the ids of orders instead of images of rows, once a transaction for all rows of an order."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_PARTS = ("order_item", "order_discount", "payment", "refund")
_RECORD = """
CREATE FUNCTION record_changes_of_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change_log (entity, entity_id, owner, actor)
    SELECT DISTINCT 'orders', changed.order_id, changed.created_by, changed.modified_by FROM changed
    ON CONFLICT (xact_id, entity, entity_id) DO NOTHING;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.execute("UPDATE change_log SET entity = 'orders', entity_id = image ->> 'order_id' WHERE entity <> 'orders'")
    op.execute(chassis_sql("0016_change_keys"))
    op.execute(_RECORD)
    for table in _PARTS:
        for change in ("insert", "update"):
            op.execute(
                f"CREATE OR REPLACE TRIGGER trg_sync_{table}_{change} AFTER {change} ON {table} "
                "REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION record_changes_of_orders()"
            )
