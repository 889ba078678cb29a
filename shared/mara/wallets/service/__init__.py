"""What one can do with wallets, and what happens to their deposits."""
