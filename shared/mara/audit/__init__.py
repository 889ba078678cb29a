"""The audit: who did what to whom, append only, in a chain of hashes."""
