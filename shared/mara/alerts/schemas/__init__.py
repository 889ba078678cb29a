"""Requests and responses of the routes of alerts and intakes."""
