"""Adapters of the ledger: PostgreSQL and metrics."""
