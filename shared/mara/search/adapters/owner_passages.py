"""All passages of one user in OpenSearch; those in PostgreSQL are rows like others."""

from uuid import UUID

from mara.search.adapters.opensearch_store import ChunkStore
from mara.search.model import VectorSpace


class OpenSearchOwnerPassages:
    """The passages of a user in every index of the prefix, whichever is in use."""

    def __init__(self, space: VectorSpace, prefix: str) -> None:
        self._store = ChunkStore(space, prefix)

    def remove(self, owner_id: UUID) -> int:
        """Delete them; return how many there were. Raises SearchUnavailable."""
        return self._store.remove_owner(owner_id)

    def count(self, owner_id: UUID) -> int:
        """Return how many there are. Raises SearchUnavailable."""
        return self._store.count_owner(owner_id)


class NoPassages:
    """Where no other engine is configured, all passages are rows."""

    def remove(self, _owner_id: UUID) -> int:
        """Return 0."""
        return 0

    def count(self, _owner_id: UUID) -> int:
        """Return 0."""
        return 0
