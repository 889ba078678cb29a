"""Errors of the documents domain."""

from mara.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class DocumentNotFound(NotFound):
    """The document does not exist, is deleted, or belongs to another account."""

    title = "There is no such document"


class UnsupportedFormat(Invalid):
    """The file extension has no reader."""

    title = "Files of this kind are not read"


class InvalidFilename(Invalid):
    """The name is empty, too long, or contains control characters."""

    title = "The file name is not usable"


class EmptyFile(Invalid):
    """The file has no bytes."""

    title = "The file is empty"


class FileTooLarge(Invalid):
    """The file exceeds the size limit."""

    title = "The file is too large"


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
