"""The orders with their items, discounts and payments, as copied from the write side."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_AUDIT = """
    created_on timestamptz NOT NULL,
    created_by text NOT NULL,
    created_by_team text,
    modified_on timestamptz NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean NOT NULL DEFAULT false,
    deleted_on timestamptz,
    row_version bigint NOT NULL DEFAULT 1
"""
_ORDERS = f"""
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    status text NOT NULL,
    currency text NOT NULL,
    placed_at timestamptz NOT NULL,
    paid_at timestamptz,
    cancelled_at timestamptz,
    cancel_reason text NOT NULL,
    sequence bigint NOT NULL,
    {_AUDIT}
)
"""
_ORDER_ITEM = f"""
CREATE TABLE order_item (
    id bigint PRIMARY KEY,
    order_id bigint NOT NULL,
    product_item_id bigint NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    quantity integer NOT NULL,
    unit_price numeric(18, 2) NOT NULL,
    discount numeric(18, 2) NOT NULL,
    returned integer NOT NULL,
    {_AUDIT}
)
"""
_ORDER_DISCOUNT = f"""
CREATE TABLE order_discount (
    id bigint PRIMARY KEY,
    order_id bigint NOT NULL,
    code text NOT NULL,
    description text NOT NULL,
    amount numeric(18, 2) NOT NULL,
    {_AUDIT}
)
"""
_PAYMENT = f"""
CREATE TABLE payment (
    id bigint PRIMARY KEY,
    order_id bigint NOT NULL,
    transaction_id text NOT NULL,
    method text NOT NULL,
    status text NOT NULL,
    amount numeric(18, 2) NOT NULL,
    attempts integer NOT NULL,
    processed_at timestamptz,
    failure_reason text NOT NULL,
    refunded numeric(18, 2) NOT NULL,
    {_AUDIT}
)
"""
_REFUND = f"""
CREATE TABLE refund (
    id bigint PRIMARY KEY,
    refund_id text NOT NULL,
    order_id bigint NOT NULL,
    transaction_id text NOT NULL,
    amount numeric(18, 2) NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    requested_at timestamptz NOT NULL,
    done_at timestamptz,
    {_AUDIT}
)
"""


def upgrade() -> None:
    op.execute(_ORDERS)
    op.execute("CREATE INDEX ix_orders_placed_at ON orders (placed_at, id)")
    op.execute("CREATE INDEX ix_orders_created_by ON orders (created_by, placed_at, id)")
    op.execute("CREATE INDEX ix_orders_created_by_team ON orders (created_by_team, placed_at, id)")
    op.execute(_ORDER_ITEM)
    op.execute("CREATE INDEX ix_order_item_order_id ON order_item (order_id)")
    op.execute(_ORDER_DISCOUNT)
    op.execute("CREATE INDEX ix_order_discount_order_id ON order_discount (order_id)")
    op.execute(_PAYMENT)
    op.execute(_REFUND)
    op.execute("CREATE INDEX ix_orders_paid_at ON orders (paid_at) WHERE paid_at IS NOT NULL")
    op.execute("CREATE INDEX ix_refund_done_at ON refund (done_at) WHERE done_at IS NOT NULL")
