"""Measures how well questions are answered and refused, and fits the confidence."""
