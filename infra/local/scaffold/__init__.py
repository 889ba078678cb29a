"""`mara new`: writes the files of a route, a queue, a schedule or a domain.

Each starts complete and green, with a test, and is then filled in; CONTRIBUTING.md has the steps.
"""
