"""Keeping agents, asking them, looking back at what they said, and measuring it."""
