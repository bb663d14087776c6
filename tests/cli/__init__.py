"""The `easyorder` command without a shop."""
