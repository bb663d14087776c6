"""Reports of what the payment provider's own books and the orders differ in, one for each day."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (_COMPARISON, _LISTED, _LISTED_BY_TRANSACTION, _DIFFERENCE):
        op.execute(statement)


_COMPARISON = """
CREATE TABLE payment_comparison (
    day date PRIMARY KEY,
    run integer NOT NULL DEFAULT 1,
    stage text NOT NULL DEFAULT 'LIST' CHECK (stage IN ('LIST', 'PROVIDER', 'LEDGER', 'DONE')),
    cursor text NOT NULL DEFAULT '',
    provider_count bigint NOT NULL DEFAULT 0,
    ledger_count bigint NOT NULL DEFAULT 0,
    foreign_count bigint NOT NULL DEFAULT 0,
    in_transit_count bigint NOT NULL DEFAULT 0,
    difference_count bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
)
"""
# Only while the day is compared.
_LISTED = """
CREATE TABLE provider_movement (
    day date NOT NULL REFERENCES payment_comparison (day) ON DELETE CASCADE,
    number integer NOT NULL,
    id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('CHARGE', 'REFUND')),
    transaction_id text NOT NULL,
    refund_id text NOT NULL,
    order_id bigint NOT NULL,
    amount numeric(18, 2) NOT NULL,
    currency text NOT NULL,
    state text NOT NULL CHECK (state IN ('SUCCEEDED', 'PENDING', 'FAILED')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (day, number)
)
"""
_LISTED_BY_TRANSACTION = "CREATE INDEX provider_movement_transaction ON provider_movement (day, transaction_id)"
# Of one side that does not have it, the columns are empty.
_DIFFERENCE = """
CREATE TABLE payment_difference (
    day date NOT NULL REFERENCES payment_comparison (day) ON DELETE CASCADE,
    number integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('PROVIDER_ONLY', 'LEDGER_ONLY', 'AMOUNT', 'CURRENCY', 'STATUS')),
    movement text NOT NULL CHECK (movement IN ('CHARGE', 'REFUND')),
    transaction_id text NOT NULL,
    refund_id text NOT NULL,
    order_id bigint NOT NULL,
    provider_id text NOT NULL,
    provider_amount numeric(18, 2),
    provider_currency text NOT NULL,
    provider_state text NOT NULL,
    provider_at timestamptz,
    ledger_amount numeric(18, 2),
    ledger_currency text NOT NULL,
    ledger_status text NOT NULL,
    ledger_at timestamptz,
    PRIMARY KEY (day, number)
)
"""
