"""Adapters of the wallets domain: chains, PostgreSQL repositories, and metrics."""
