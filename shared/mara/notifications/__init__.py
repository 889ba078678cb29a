"""Notifications: what changed of a user's objects."""
