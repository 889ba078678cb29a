"""Counters and histograms of this execution environment, and the families that exist."""
