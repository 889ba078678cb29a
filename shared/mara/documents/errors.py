"""Errors of the documents domain."""

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


class UnknownObject(Invalid):
    """A storage notification names an object that is not an upload."""

    title = "The object has a key that is not one of ours"


class IngestionSettled(Conflict):
    """Another worker has it, or has done it, or the document was deleted meanwhile."""

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
    title = "The document is not gone yet"


class StorageUnavailable(Unavailable):
    title = "The storage does not answer"
