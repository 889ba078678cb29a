"""PostgreSQL repositories and S3 storage of the documents domain."""
