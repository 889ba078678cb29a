"""Technologies behind the ports of the erasure domain."""
