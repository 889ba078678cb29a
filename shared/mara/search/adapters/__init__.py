"""PostgreSQL, OpenSearch and the embedding models behind the ports of search."""
