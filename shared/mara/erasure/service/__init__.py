"""Use cases of exports and erasures."""
