"""Adapters of the analytics domain, named after their technology."""
