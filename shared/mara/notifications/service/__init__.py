"""Use cases of the notifications domain."""
