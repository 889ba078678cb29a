"""The use cases of the alerts domain."""
