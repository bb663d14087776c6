"""The rules of the catalogue and of the stock, free of any technique."""
