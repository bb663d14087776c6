"""Messages of the contract, made from views and read into commands."""
