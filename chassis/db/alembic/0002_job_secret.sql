-- What nobody may see of a job, apart from its payload. Empty: erased, as the job has ended; null: it never had one.
ALTER TABLE job ADD COLUMN secret text;
