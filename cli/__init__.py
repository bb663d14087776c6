"""The `easyorder` command: the shop's API and its mesh, at a terminal."""
