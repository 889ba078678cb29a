"""Composition: connects each port to its adapter; nothing is created at import."""
