"""Agents that answer from documents, with citations that are checked."""
