"""Deeds, the rows that record them, and the chain of these rows."""
