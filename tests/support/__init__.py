"""Fakes, servers and events that tests share."""
