"""Webhooks and their deliveries.

A webhook that is enabled follows the feed as the consumer `webhook/ID`. Whoever changes its deliveries locks its row.
Of each order, one delivery at most is READY to be sent; those after it are WAITING.
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (_WEBHOOK, _DELIVERY, *_INDEXES, _NEXT, _TAKE, _SETTLE):
        op.execute(statement)


_WEBHOOK = """
CREATE TABLE webhook (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url text NOT NULL,
    description text NOT NULL,
    kinds jsonb NOT NULL,
    disabled boolean NOT NULL,
    disable_reason text NOT NULL,
    secret_id text NOT NULL,
    previous_secret_id text NOT NULL,
    previous_secret_expires timestamptz,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    generation integer NOT NULL,
    revision integer NOT NULL,
    created_on timestamptz NOT NULL DEFAULT now(),
    modified_on timestamptz NOT NULL DEFAULT now(),
    is_deleted boolean NOT NULL DEFAULT false
)
"""
_DELIVERY = """
CREATE TABLE webhook_delivery (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id bigint NOT NULL REFERENCES webhook (id),
    position bigint NOT NULL,
    kind text NOT NULL,
    order_id bigint NOT NULL,
    sequence bigint NOT NULL,
    event_time timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('READY', 'WAITING', 'DELIVERED', 'FAILED')),
    attempts integer NOT NULL DEFAULT 0,
    first_attempt_at timestamptz,
    last_attempt_at timestamptz,
    due_at timestamptz NOT NULL DEFAULT now(),
    response_status integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    UNIQUE (webhook_id, position)
)
"""
_INDEXES = (
    "CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, due_at) WHERE state = 'READY'",
    "CREATE INDEX webhook_delivery_order ON webhook_delivery (webhook_id, order_id, position)",
    "CREATE INDEX webhook_delivery_state ON webhook_delivery (webhook_id, state, position)",
    "CREATE INDEX webhook_delivery_kind ON webhook_delivery (webhook_id, kind, position)",
    """
    CREATE INDEX webhook_delivery_ended ON webhook_delivery (last_attempt_at) WHERE state IN ('DELIVERED', 'FAILED')
    """,
)
# Makes the first of those that wait READY, of each of these orders that has none.
_NEXT = """
CREATE FUNCTION next_webhook_deliveries(of_webhook bigint, orders bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE webhook_delivery SET state = 'READY', due_at = now() WHERE id IN (
        SELECT DISTINCT ON (d.order_id) d.id FROM webhook_delivery AS d
        WHERE d.webhook_id = of_webhook AND d.order_id = ANY(orders) AND d.state = 'WAITING' AND NOT EXISTS (
            SELECT FROM webhook_delivery AS r
            WHERE r.webhook_id = of_webhook AND r.order_id = d.order_id AND r.state = 'READY'
        )
        ORDER BY d.order_id, d.position
    )
$$
"""
# Takes the next events from the feed, of the kinds that the webhook wants; answers whether there may be more. What it
# has been sent already is sent again: it was rewound.
_TAKE = """
CREATE FUNCTION take_webhook_events(of_webhook bigint, known jsonb, max_events integer) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    consumer text := 'webhook/' || of_webhook;
    wanted jsonb;
    since bigint;
    upto bigint;
    seen integer;
    taken bigint[];
BEGIN
    SELECT CASE WHEN w.kinds = '[]' THEN known ELSE w.kinds END INTO wanted FROM webhook AS w
    WHERE w.id = of_webhook AND NOT w.disabled AND NOT w.is_deleted FOR UPDATE;
    SELECT c.position INTO since FROM feed_consumer AS c WHERE c.name = consumer;
    IF wanted IS NULL OR since IS NULL THEN
        RETURN false;
    END IF;
    SELECT e.decided INTO upto FROM outbox_end() AS e;
    SELECT max(page.position), count(*) INTO upto, seen FROM (
        SELECT o.position FROM outbox AS o WHERE o.position > since AND o.position <= upto
        ORDER BY o.position LIMIT max_events
    ) AS page;
    IF seen = 0 THEN
        RETURN false;
    END IF;
    WITH added AS (
        INSERT INTO webhook_delivery AS d (webhook_id, position, kind, order_id, sequence, event_time, state)
        SELECT of_webhook, o.position, o.kind, o.aggregate_id, o.sequence, o.occurred_on, 'WAITING' FROM outbox AS o
        WHERE o.position > since AND o.position <= upto
            AND o.kind IN (SELECT jsonb_array_elements_text(wanted))
            AND o.kind IN (SELECT jsonb_array_elements_text(known))
        ON CONFLICT (webhook_id, position) DO UPDATE SET state = 'WAITING', attempts = 0, first_attempt_at = NULL
        RETURNING d.order_id
    )
    SELECT array_agg(order_id) INTO taken FROM added;
    PERFORM next_webhook_deliveries(of_webhook, taken);
    UPDATE feed_consumer SET position = upto WHERE name = consumer;
    RETURN seen = max_events;
END
$$
"""
# Records how attempts ended, unless the delivery has changed meanwhile, and lets the next events of their orders go.
_SETTLE = """
CREATE FUNCTION settle_webhook_deliveries(
    of_webhook bigint, outcomes jsonb, retried_s double precision, OUT failures integer, OUT for_s double precision
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ended bigint[];
    failed integer := (SELECT count(*) FROM jsonb_to_recordset(outcomes) AS r(error text) WHERE r.error <> '');
BEGIN
    PERFORM FROM webhook WHERE id = of_webhook FOR UPDATE;
    WITH settled AS (
        UPDATE webhook_delivery AS d SET attempts = d.attempts + 1, last_attempt_at = now(), last_error = r.error,
            first_attempt_at = coalesce(d.first_attempt_at, now()), response_status = r.status,
            due_at = now() + make_interval(secs => r.delay_s),
            state = CASE
                WHEN r.error = '' THEN 'DELIVERED'
                WHEN r.final OR d.first_attempt_at < now() - make_interval(secs => retried_s) THEN 'FAILED'
                ELSE 'READY'
            END
        FROM jsonb_to_recordset(outcomes)
            AS r(id bigint, attempts integer, status integer, error text, delay_s float8, final boolean)
        WHERE d.id = r.id AND d.webhook_id = of_webhook AND d.state = 'READY' AND d.attempts = r.attempts
        RETURNING d.order_id, d.state
    )
    SELECT array_agg(order_id) INTO ended FROM settled WHERE state <> 'READY';
    PERFORM next_webhook_deliveries(of_webhook, ended);
    IF failed < jsonb_array_length(outcomes) THEN
        UPDATE webhook SET failures = 0, failing_since = NULL WHERE id = of_webhook AND failures > 0;
    ELSIF failed > 0 THEN
        UPDATE webhook SET failures = webhook.failures + failed, failing_since = coalesce(failing_since, now())
        WHERE id = of_webhook;
    END IF;
    SELECT w.failures, coalesce(extract(epoch FROM now() - w.failing_since), 0) INTO failures, for_s
    FROM webhook AS w WHERE w.id = of_webhook;
END
$$
"""
