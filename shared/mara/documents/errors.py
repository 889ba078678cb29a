"""What can go wrong with a document."""

from mara.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class DocumentNotFound(NotFound):
    title = "There is no such document"


class UnsupportedFormat(Invalid):
    title = "Files of this kind are not read"


class InvalidFilename(Invalid):
    title = "The file name is not usable"


class EmptyFile(Invalid):
    title = "The file is empty"


class FileTooLarge(Invalid):
    title = "The file is too large"


class IngestionSettled(Conflict):
    """Another worker has it, or has done it, or the document was deleted meanwhile."""

    title = "There is nothing to ingest"


class PurgeIncomplete(Unavailable):
    title = "The document is not gone yet"


class StorageUnavailable(Unavailable):
    title = "The storage does not answer"


class SearchUnavailable(Unavailable):
    title = "The search index does not answer"


class IndexReplaced(Unavailable):
    """The search has gone over to another index since this was begun."""

    title = "The search index has just been replaced"


class ModelUnknown(Unavailable):
    """The index in use is of an embedding model that is not at hand."""

    title = "The search index is of another embedding model"


class VectorLengthWrong(Unavailable):
    """The model makes vectors of another length than the index holds under its name."""

    title = "The search index holds vectors of another length"


class EmbeddingUnavailable(Unavailable):
    title = "The embedding model does not answer"


class ReindexingAlready(Conflict):
    """One would delete as a remnant what the other is building."""

    title = "Another process is reindexing"


class PassageTooLong(Invalid):
    """The passage is longer than the new embedding model reads: it would be cut silently."""

    title = "A passage is too long for the embedding model"


class Unreadable(Invalid):
    """The file is not to be read; ``code`` is stable, ``detail`` is for its owner."""

    title = "The file cannot be read"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
