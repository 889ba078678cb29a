"""Benchmarks: ratios of alternatives measured in the same run."""
