"""Technologies behind the ports of logs."""
