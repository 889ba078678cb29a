"""Uploads of documents, with the agent that answers from them."""

from dataclasses import dataclass
from uuid import UUID

from mara.agents.service.agents import AgentService
from mara.documents.model.uploads import SentFile, Upload, UploadResult
from mara.documents.service.library import LibraryService
from mara.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class UploadService:
    """Stores documents and links them to an agent."""

    library: LibraryService
    agents: AgentService

    def upload(self, caller: Principal, upload: Upload, *, agent_id: UUID | None) -> UploadResult:
        """Store a file, or prepare its transfer to the storage, and link it to the agent.

        The agent is looked up before anything is stored. Raises AgentNotFound, DocumentNotFound,
        EmptyFile, FileTooLarge, InvalidFilename, UnsupportedFormat, StorageUnavailable,
        UsageLimitReached.
        """
        if agent_id is not None:
            self.agents.get(caller, agent_id)
        result = self._store(caller, upload)
        if agent_id is not None:
            self.agents.link(caller, agent_id, result.document.id)
        return result

    def _store(self, caller: Principal, upload: Upload) -> UploadResult:
        if isinstance(upload, SentFile):
            document, is_new = self.library.upload(
                caller, upload.filename, upload.content, replaces=upload.replaces
            )
            return UploadResult(document, is_new)
        document, form = self.library.begin_upload(
            caller, upload.filename, upload.size, upload.sha256, replaces=upload.replaces
        )
        return UploadResult(document, form is not None, announced=True, form=form)
