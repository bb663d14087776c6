-- When due_at was set: never later than now, unless the clock was ahead.
ALTER TABLE job ADD COLUMN set_at timestamptz NOT NULL DEFAULT now();
-- No job waited longer so far, but for a clock that was ahead.
UPDATE job SET due_at = now() WHERE state IN ('READY', 'RUNNING') AND due_at > now() + interval '1 hour';
-- What was kept long enough is found by its age.
CREATE INDEX ix_job_ended ON job (due_at) WHERE state IN ('DONE', 'DISCARDED');
DROP INDEX ix_idempotency_key_created_on;
CREATE INDEX ix_idempotency_key_created_on ON idempotency_key (created_on);
DROP INDEX ix_audit_entry_time;
CREATE INDEX ix_audit_entry_time ON audit_entry (time);
