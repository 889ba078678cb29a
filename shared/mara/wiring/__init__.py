"""Composition: which adapter stands behind which port; nothing happens at import."""
