"""The audit in PostgreSQL, and the anchors of its chain in S3."""
