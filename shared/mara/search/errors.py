"""Errors of searching, embedding and reindexing."""

from mara.kernel.errors import Conflict, Invalid, Unavailable


class SearchUnavailable(Unavailable):
    problem_domain = "documents"
    title = "The search index does not answer"


class IndexReplaced(Unavailable):
    """The search has gone over to another index since this was begun."""

    problem_domain = "documents"
    title = "The search index has just been replaced"


class ModelUnknown(Unavailable):
    """The index in use is of an embedding model that is not at hand."""

    problem_domain = "documents"
    title = "The search index is of another embedding model"


class VectorLengthWrong(Unavailable):
    """The model makes vectors of another length than the index holds under its name."""

    problem_domain = "documents"
    title = "The search index holds vectors of another length"


class EmbeddingUnavailable(Unavailable):
    problem_domain = "documents"
    title = "The embedding model does not answer"


class ReindexingAlready(Conflict):
    """One would delete as a remnant what the other is building."""

    problem_domain = "documents"
    title = "Another process is reindexing"


class PassageTooLong(Invalid):
    """The passage is longer than the new embedding model reads: it would be cut silently."""

    problem_domain = "documents"
    title = "A passage is too long for the embedding model"
