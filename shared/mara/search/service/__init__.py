"""Use cases and ranking of the search domain."""
