"""The frames of all functions: from an event to a call of the domain, and to the response."""
