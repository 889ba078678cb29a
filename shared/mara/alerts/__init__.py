"""Alerts: monitoring rules, intakes, and answers from runbooks."""
