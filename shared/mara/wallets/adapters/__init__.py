"""Technologies behind the ports of the wallets domain."""
