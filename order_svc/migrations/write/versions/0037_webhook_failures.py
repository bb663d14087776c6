"""Webhooks do not count as failures what was given up without asking the receiver, because it is no longer kept."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(_SETTLE)


# Records how attempts ended, unless the delivery has changed meanwhile, and lets the next events of their orders go.
# What is final was not attempted: it says nothing about the receiver.
_SETTLE = """
CREATE OR REPLACE FUNCTION settle_webhook_deliveries(
    of_webhook bigint, outcomes jsonb, retried_s double precision, OUT failures integer, OUT for_s double precision
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ended bigint[];
    tried integer;
    failed integer;
BEGIN
    SELECT count(*), count(*) FILTER (WHERE r.error <> '') INTO tried, failed
    FROM jsonb_to_recordset(outcomes) AS r(error text, final boolean) WHERE NOT r.final;
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
    IF failed < tried THEN
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
