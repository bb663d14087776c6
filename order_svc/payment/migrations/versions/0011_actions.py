"""The ledger has payments that the shopper has to confirm."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_kind_check, ADD CONSTRAINT ledger_entry_kind_check "
        "CHECK (kind IN ('CHARGE', 'REFUND', 'REFUSAL', 'TRANSIENT', 'VOID', 'ACTION'))"
    )
