"""A dialect of SQLAlchemy for PostgreSQL over ODBC. It knows nothing of EasyOrder."""
