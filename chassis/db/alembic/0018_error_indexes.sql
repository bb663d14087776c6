-- Operators look up the errors of one call, or of a time.
DROP INDEX ix_recorded_error_time;
CREATE INDEX ix_recorded_error_time ON recorded_error (time, id);
CREATE INDEX ix_recorded_error_correlation_id ON recorded_error (correlation_id, time, id);
