"""One file per query; queries read the database that the commands write."""
