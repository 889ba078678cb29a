"""Errors of searching, embedding and reindexing."""

from mara.kernel.errors import Conflict, Invalid, Unavailable


class SearchUnavailable(Unavailable):
    """The index does not respond; a retry may succeed."""

    problem_domain = "documents"
    title = "The search index does not answer"


class IndexReplaced(Unavailable):
    """Another index became active during this operation; a retry uses it."""

    problem_domain = "documents"
    title = "The search index has just been replaced"


class ModelUnknown(Unavailable):
    """The active index needs an embedding model that is not configured here."""

    problem_domain = "documents"
    title = "The search index is of another embedding model"


class VectorLengthWrong(Unavailable):
    """The model's vectors differ in length from those of the index under its name."""

    problem_domain = "documents"
    title = "The search index holds vectors of another length"


class EmbeddingUnavailable(Unavailable):
    """The embedding model does not respond, or its answer is invalid."""

    problem_domain = "documents"
    title = "The embedding model does not answer"


class ReindexingAlready(Conflict):
    """Only one process may reindex: it deletes the indexes of others."""

    problem_domain = "documents"
    title = "Another process is reindexing"


class PassageTooLong(Invalid):
    """The passage exceeds the new embedding model's limit and would be truncated."""

    problem_domain = "documents"
    title = "A passage is too long for the embedding model"
