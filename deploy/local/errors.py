"""What keeps a mesh from starting, for the person at the terminal."""


class CannotStart(Exception):
    """The mesh cannot start; the message says why, and what to do."""


# The exit code of a program that has said, in its output, what the person at the terminal should do.
REFUSED = 2
