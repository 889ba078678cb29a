"""People who may own agents, documents and wallets."""
