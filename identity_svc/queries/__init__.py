"""One file for each question; they read the database that the commands write."""
