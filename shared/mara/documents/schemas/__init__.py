"""The shapes of documents, and of searching them, on the wire."""
