"""Requests and responses of the routes of queues."""
