"""What is exported and erased, and how far a job has come."""
