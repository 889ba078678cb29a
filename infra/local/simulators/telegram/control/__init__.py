"""Controls the simulator over HTTP: for commands, other processes and its page."""
