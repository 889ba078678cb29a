"""Adapters of the alerts domain, named after their technology."""
