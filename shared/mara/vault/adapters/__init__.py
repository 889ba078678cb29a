"""Adapters of the vault's ports."""
