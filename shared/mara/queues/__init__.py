"""Queues, dead letters and schedules: what an operator sees of them, and does with them."""
