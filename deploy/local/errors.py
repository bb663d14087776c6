"""Errors that prevent a mesh from starting, for the person at the terminal."""


class CannotStart(Exception):
    """The mesh cannot start; the message says why, and what to do."""


# The exit code of a program whose output already explains what the person at the terminal should do.
REFUSED = 2
