"""Technologies behind the ports of the vault."""
