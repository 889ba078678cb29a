"""PostgreSQL repository of the notifications domain."""
