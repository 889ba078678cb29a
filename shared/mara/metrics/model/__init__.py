"""Families of metrics: their form, and the list of them."""
