"""Adapters of the billing domain, named after their technology."""
