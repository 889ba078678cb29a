"""Technologies behind the ports of the documents domain."""
