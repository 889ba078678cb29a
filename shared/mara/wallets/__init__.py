"""Custodial wallets of users, and the deposits that reach them."""
