"""The frames that every function shares: events in, domain calls, answers out."""
