"""What an order is and which ports it needs; knows no database and no wire."""
