"""Technologies behind the ports of the ledger."""
