"""The hold of added pieces is the supplementary hold, in columns, jobs and kept answers alike."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# A name inside a JSON string has its quotes escaped, so that only keys are replaced.
_KEY = "replace({column}::text, '\"extra_order_id\"', '\"supplementary_hold_id\"')"


def upgrade() -> None:
    op.execute("ALTER TABLE orders RENAME COLUMN extra_order_id TO supplementary_hold_id")
    op.execute("ALTER INDEX ix_orders_extra_order_id RENAME TO ix_orders_supplementary_hold_id")
    op.execute(
        f"UPDATE job SET payload = {_KEY.format(column='payload')}::jsonb "
        "WHERE payload::text LIKE '%\"extra_order_id\"%'"
    )
    op.execute(
        f"UPDATE idempotency_key SET answer = {_KEY.format(column='answer')} WHERE answer LIKE '%\"extra_order_id\"%'"
    )
