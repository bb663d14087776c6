"""Jobs of 0.1.0 get what jobs have had since: the attempt of their order that they belong to, and what was paid."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OF = "FROM orders JOIN payment ON payment.id = orders.id WHERE orders.id = CAST(job.payload ->> 'order_id' AS bigint)"
_STOCK_JOB = (
    "job.kind IN ('commit_stock', 'release_stock') AND job.state <> 'DONE' AND job.payload -> 'revision' IS NULL"
)
# A sale of an order that was stopped or changed, a release of one that was paid again: nobody can run it any more.
_END = f"""
UPDATE job SET state = 'DISCARDED', lease_token = NULL, due_at = now(), secret = '',
    discard_reason = coalesce(discard_reason, 'the order went on: it was stopped, changed or paid again')
{_OF} AND {_STOCK_JOB} AND (
    job.key <> orders.id || '/' || payment.transaction_id
    OR (job.kind = 'commit_stock') = (orders.status IN ('CANCELLED', 'FAILED'))
)
"""
_COMPLETE = f"""
UPDATE job SET payload = job.payload
    || jsonb_build_object('revision', orders.revision, 'transaction_id', payment.transaction_id)
    || CASE job.kind WHEN 'release_stock' THEN '{{}}' ELSE jsonb_build_object(
        'paid', payment.method <> 'CASH' OR payment.status IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')) END
{_OF} AND {_STOCK_JOB} AND job.secret IS NULL
"""
# A sale that an operator of 0.1.0 discarded is still to be made: while it is DEAD, the order is not shipped without it.
_REVIVE = """
UPDATE job SET state = 'DEAD', discard_reason = NULL,
    last_error = 'discarded in 0.1.0, but the stock is still to be sold: ' || coalesce(discard_reason, '')
WHERE kind = 'commit_stock' AND state = 'DISCARDED' AND secret IS NULL
"""
_REFUNDED = f"""
UPDATE job SET payload = job.payload
    || jsonb_build_object('refunded', CAST(payment.refunded AS text), 'currency', orders.currency)
{_OF} AND job.kind = 'restock' AND job.state <> 'DONE' AND job.payload -> 'refunded' IS NULL
"""


def upgrade() -> None:
    for statement in (_END, _COMPLETE, _REVIVE, _REFUNDED):
        op.execute(statement)
