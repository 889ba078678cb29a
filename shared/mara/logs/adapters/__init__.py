"""Technologies behind the ports of operations."""
