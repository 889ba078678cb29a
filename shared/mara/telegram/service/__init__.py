"""Use cases of bots and their updates."""
