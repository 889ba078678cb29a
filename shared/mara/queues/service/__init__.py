"""Use cases of the queues domain."""
