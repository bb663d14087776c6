"""How the read side follows the write side: by orders, whatever row of an order changed.

The JSON of the parts is that of their views. Amounts are text, because JSON's numbers would make floats of them.
"""

from __future__ import annotations

from chassis.db.projector import Projection
from order_svc.queries.read_model import OrderRow, RefundRow

# The version of an order with its parts: no row is ever removed, so each change of one makes the sum larger.
_ORDERS = """
(
    SELECT o.id, o.status, o.currency, o.placed_at, o.paid_at, o.cancelled_at, o.cancel_reason, o.sequence,
    o.cancel_code, o.earlier_payments, o.shipments, o.shipping_address, o.billing_address, o.metadata, o.note,
    o.created_on, o.created_by, o.team_id, o.modified_on, o.modified_by, o.is_deleted, o.deleted_on,
    items.parts AS items, discounts.parts AS discounts, refunds.parts AS refunds, json_build_object(
        'transaction_id', p.transaction_id, 'method', p.method, 'status', p.status, 'amount', CAST(p.amount AS text),
        'attempts', p.attempts, 'processed_at', p.processed_at, 'charged_at', p.charged_at,
        'failure_code', p.failure_code, 'failure_reason', p.failure_reason, 'refunded', CAST(p.refunded AS text),
        'next_action_uri', coalesce(p.next_action_uri, '')
    ) AS payment, o.row_version AS order_version,
    o.row_version + p.row_version + items.versions + discounts.versions + refunds.versions AS row_version
    FROM orders AS o JOIN payment AS p ON p.id = o.id
    CROSS JOIN LATERAL (
        SELECT CAST(coalesce(sum(i.row_version), 0) AS bigint) AS versions, json_agg(
            json_build_object(
                'id', i.id, 'product_item_id', i.product_item_id, 'sku', i.sku, 'name', i.name,
                'quantity', i.quantity, 'unit_price', CAST(i.unit_price AS text),
                'discount', CAST(i.discount AS text), 'returned', i.returned, 'written_off', i.written_off,
                'product_id', coalesce(i.product_id, 0), 'options', coalesce(i.options, '[]')
            ) ORDER BY i.id
        ) FILTER (WHERE NOT i.is_deleted) AS parts
        FROM order_item AS i WHERE i.order_id = o.id
    ) AS items
    CROSS JOIN LATERAL (
        SELECT CAST(coalesce(sum(d.row_version), 0) AS bigint) AS versions, json_agg(
            json_build_object('code', d.code, 'description', d.description, 'amount', CAST(d.amount AS text))
            ORDER BY d.id
        ) FILTER (WHERE NOT d.is_deleted) AS parts
        FROM order_discount AS d WHERE d.order_id = o.id
    ) AS discounts
    CROSS JOIN LATERAL (
        SELECT CAST(coalesce(sum(r.row_version), 0) AS bigint) AS versions, json_agg(
            json_build_object(
                'id', r.refund_id, 'amount', CAST(r.amount AS text), 'items', coalesce(r.items, '[]'),
                'reason', CASE WHEN r.items IS NULL THEN '' ELSE r.reason END,
                'state', CASE WHEN r.done_at IS NULL THEN 'PROMISED' ELSE 'GIVEN' END,
                'requested_at', r.requested_at, 'done_at', r.done_at, 'restock', r.restock
            ) ORDER BY r.id
        ) AS parts
        FROM refund AS r WHERE r.order_id = o.id
    ) AS refunds
) AS whole
"""

PROJECTED = [
    Projection(OrderRow.__table__, _ORDERS, "orders"),  # type: ignore[arg-type]
    Projection(RefundRow.__table__, "refund", "orders", "order_id"),  # type: ignore[arg-type]
]
