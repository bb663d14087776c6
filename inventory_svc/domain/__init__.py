"""The rules of catalogue, stock and incentives, independent of database and transport."""
