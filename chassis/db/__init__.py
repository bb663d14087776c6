"""PostgreSQL for every service: engines, types, entities, ownership as SQL, change log and projection, migrations."""
