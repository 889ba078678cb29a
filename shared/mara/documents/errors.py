"""What can go wrong with a document."""

from mara.documents.model import SIZE_MAX, Failure
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

    def __init__(self) -> None:
        super().__init__(f"A file may have {SIZE_MAX} bytes.")


class IngestionSettled(Conflict):
    """Another worker has it, or has done it, or the document was deleted meanwhile."""

    title = "There is nothing to ingest"


class PurgeIncomplete(Unavailable):
    title = "The document is not gone yet"


class StorageUnavailable(Unavailable):
    title = "The storage does not answer"


class Unreadable(Invalid):
    """The file is not to be read; ``failure`` says why, to its owner."""

    title = "The file cannot be read"

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure
