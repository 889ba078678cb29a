"""Double entry in micro-USDT: the only code that moves money."""
