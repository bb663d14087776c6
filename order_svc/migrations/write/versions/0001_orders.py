"""Orders, their items, discounts and payments, with what the chassis needs."""

from alembic import op

from chassis.db.change_log import create_change_log, create_sync_trigger
from chassis.db.tables import create_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_AUDITED = """
    created_on timestamptz NOT NULL,
    created_by text NOT NULL,
    created_by_team text,
    modified_on timestamptz NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean NOT NULL DEFAULT false,
    deleted_on timestamptz,
    row_version bigint NOT NULL DEFAULT 1
"""


def upgrade() -> None:
    create_chassis_tables(op)
    create_change_log(op)
    op.execute("CREATE SEQUENCE order_hilo")
    op.execute("CREATE SEQUENCE order_item_hilo")
    op.execute(
        f"""
        CREATE TABLE orders (
            id bigint PRIMARY KEY,
            status text NOT NULL CHECK (status IN
                ('PENDING', 'CONFIRMED', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'FAILED')),
            currency text NOT NULL,
            placed_at timestamptz NOT NULL,
            paid_at timestamptz,
            cancelled_at timestamptz,
            cancel_reason text NOT NULL,
            sequence bigint NOT NULL,
            {_AUDITED}
        )
        """
    )
    op.execute(
        f"""
        CREATE TABLE order_item (
            id bigint PRIMARY KEY,
            order_id bigint NOT NULL REFERENCES orders,
            product_item_id bigint NOT NULL,
            sku text NOT NULL,
            name text NOT NULL,
            quantity integer NOT NULL CHECK (quantity > 0),
            unit_price numeric(18, 2) NOT NULL CHECK (unit_price >= 0),
            discount numeric(18, 2) NOT NULL CHECK (0 <= discount AND discount <= quantity * unit_price),
            {_AUDITED}
        )
        """
    )
    op.execute("CREATE INDEX ix_order_item_order_id ON order_item (order_id)")
    op.execute(
        f"""
        CREATE TABLE order_discount (
            id bigint PRIMARY KEY,
            order_id bigint NOT NULL REFERENCES orders,
            code text NOT NULL,
            description text NOT NULL,
            amount numeric(18, 2) NOT NULL CHECK (amount >= 0),
            {_AUDITED}
        )
        """
    )
    op.execute("CREATE INDEX ix_order_discount_order_id ON order_discount (order_id)")
    op.execute(
        f"""
        CREATE TABLE payment (
            id bigint PRIMARY KEY REFERENCES orders,
            order_id bigint NOT NULL UNIQUE,
            transaction_id text NOT NULL UNIQUE,
            method text NOT NULL,
            status text NOT NULL,
            amount numeric(18, 2) NOT NULL CHECK (amount >= 0),
            attempts integer NOT NULL,
            processed_at timestamptz,
            failure_reason text NOT NULL,
            {_AUDITED}
        )
        """
    )
    for table in ("orders", "order_discount", "order_item", "payment"):
        create_sync_trigger(op, table)
