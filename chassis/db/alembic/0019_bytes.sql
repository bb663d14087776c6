-- Payloads of events and kept responses are bytes: what a service makes of them, and JSON from before.
ALTER TABLE outbox ALTER COLUMN payload TYPE bytea USING convert_to(payload, 'UTF8'),
    ADD COLUMN traceparent text NOT NULL DEFAULT '';
DROP INDEX ix_idempotency_key_created_on;
ALTER TABLE idempotency_key ALTER COLUMN answer TYPE bytea USING convert_to(answer, 'UTF8');
CREATE INDEX ix_idempotency_key_created_on ON idempotency_key (created_on) WHERE answer NOT IN ('', 'null');
