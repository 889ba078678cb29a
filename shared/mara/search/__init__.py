"""Finds passages by words (BM25) and by meaning (embeddings), and ranks them by evidence."""
