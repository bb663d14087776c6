"""The sandbox's ledger, to which rows are only ever added; and what is kept of payments at Stripe."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE ledger_entry (
            transaction_id text NOT NULL,
            ordinal integer NOT NULL CHECK (ordinal > 0),
            kind text NOT NULL CHECK (kind IN ('CHARGE', 'REFUND', 'REFUSAL', 'TRANSIENT', 'VOID')),
            amount numeric(18, 2) NOT NULL CHECK (amount >= 0),
            currency text NOT NULL,
            order_id bigint,
            refund_id text,
            reason text NOT NULL,
            recorded_on timestamptz NOT NULL,
            -- Of two writers that add the same entry, the second is refused.
            PRIMARY KEY (transaction_id, ordinal),
            CHECK ((refund_id IS NOT NULL) = (kind IN ('REFUND', 'VOID')))
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_ledger_entry_outcome ON ledger_entry (transaction_id) "
        "WHERE kind IN ('CHARGE', 'REFUSAL', 'VOID')"
    )
    op.execute("CREATE UNIQUE INDEX uq_ledger_entry_refund_id ON ledger_entry (refund_id) WHERE refund_id IS NOT NULL")
    op.execute(
        """
        CREATE FUNCTION refuse_change_of_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
        END
        $$
        """
    )
    op.execute(
        "CREATE TRIGGER trg_ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_ledger()"
    )
    op.execute(
        """
        CREATE TABLE stripe_intent (
            transaction_id text PRIMARY KEY,
            intent_id text UNIQUE,
            -- Null where a refund came before any charge.
            order_id bigint,
            amount numeric(18, 2),
            currency text,
            generation integer NOT NULL DEFAULT 0,
            void_reason text,
            created_on timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE stripe_refund (
            refund_id text PRIMARY KEY,
            transaction_id text NOT NULL,
            amount numeric(18, 2) NOT NULL,
            currency text NOT NULL,
            made_as text,
            generation integer NOT NULL DEFAULT 0,
            created_on timestamptz NOT NULL DEFAULT now()
        )
        """
    )
