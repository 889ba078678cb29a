"""What keeps agents and speaks with models."""
