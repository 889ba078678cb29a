"""Wallet seeds: one per user, stored encrypted, and the public keys derived from them."""
