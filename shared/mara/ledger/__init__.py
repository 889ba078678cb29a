"""Double-entry ledger in micro-USDT: the only code that moves money."""
