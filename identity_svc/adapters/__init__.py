"""The ports on PostgreSQL, argon2id and JWT."""
