"""Wallets that MARA keeps for its users, and the deposits that reach them."""
