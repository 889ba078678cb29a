"""Health checks, and maintenance jobs."""
