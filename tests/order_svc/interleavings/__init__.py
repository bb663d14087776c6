"""Random interleavings of everything that a shop is asked, and a model of the books that must result."""
