"""Errors of the documents domain."""

from mara.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class DocumentNotFound(NotFound):
    """The document does not exist, is deleted, or belongs to another account."""

    title = "There is no such document"
    fields = ("document_ids", "document_id", "replaces")


class ChunkNotFound(NotFound):
    """The document has no passage with this id."""

    title = "There is no such passage"
    fields = ("around",)


class DocumentNotFailed(Conflict):
    """Only a document that could not be read is read again."""

    title = "The document has not failed"


class FileMissing(Conflict):
    """The document cannot be read again, because its file is not in the storage."""

    title = "The file of the document is not there"


class UnsupportedFormat(Invalid):
    """The file extension has no reader."""

    title = "Files of this kind are not read"
    fields = ("filename", "file")


class InvalidFilename(Invalid):
    """The name is empty, too long, or contains control characters."""

    title = "The file name is not usable"
    fields = ("filename", "file")


class EmptyFile(Invalid):
    """The file has no bytes."""

    title = "The file is empty"
    fields = ("size", "file")


class FileTooLarge(Invalid):
    """The file exceeds the size limit."""

    title = "The file is too large"
    fields = ("size", "file")


class UnknownObject(Invalid):
    """A storage notification names an object that is not an upload."""

    title = "The object has a key that is not one of ours"


class IngestionSettled(Conflict):
    """The document is being ingested by another worker, is ingested already, or was deleted."""

    title = "There is nothing to ingest"


class AnalysisSettled(Conflict):
    """The analysis is finished already, or its document was deleted."""

    title = "There is nothing to analyze"
    problem_domain = "agents"


class DocumentNotReady(Conflict):
    """The document must be ready before it can be analyzed."""

    title = "The document has not been read yet"
    problem_domain = "agents"


class PurgeIncomplete(Unavailable):
    """Parts of a deleted document still exist; the purge is retried."""

    title = "The document is not gone yet"


class StorageUnavailable(Unavailable):
    """The object storage does not respond."""

    title = "The storage does not answer"
