"""Use cases of the audit: its chain, and the list that administrators read."""
