"""Technologies behind the ports of the auth domain."""
