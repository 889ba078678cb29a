"""Adapters of the queues domain, named after their technology."""
