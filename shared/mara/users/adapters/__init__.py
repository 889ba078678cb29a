"""Technologies behind the ports of the users domain."""
