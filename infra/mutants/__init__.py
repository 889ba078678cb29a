"""Mutation testing: changes the code of chosen modules and runs their unit tests on each change.

Decision 0018 says why this is not mutmut or cosmic-ray.
"""
