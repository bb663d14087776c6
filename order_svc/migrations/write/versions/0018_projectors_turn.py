"""The turn of a projector that stops ends like any other transaction."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0014_projectors_turn"))
