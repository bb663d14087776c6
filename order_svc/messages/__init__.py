"""Conversion between the messages of the contract and views, commands and values."""
