-- Keys are kept for ever; their responses are found by age and erased. An empty response takes no room and stays.
DROP INDEX ix_idempotency_key_created_on;
CREATE INDEX ix_idempotency_key_created_on ON idempotency_key (created_on) WHERE answer NOT IN ('', 'null');
