"""Dead letters of several stores as one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.queues.model.dead_letter import DeadLetter, LetterState
from mara.queues.model.selection import Selection
from mara.queues.ports import DeadLetters


@dataclass(frozen=True, slots=True)
class AllDeadLetters:
    """Implements DeadLetters: ids of all stores are in the order of deaths."""

    stores: Sequence[DeadLetters]

    def list(
        self, queue: str, page: PageRequest, *, state: LetterState | None
    ) -> Sequence[DeadLetter]:
        """Return a page and one more, the newest first. Raises InvalidCursor."""
        found = [store.list(queue, page, state=state) for store in self.stores]
        return list(islice(merge(*found, key=_id, reverse=True), page.limit + 1))

    def count(self, queue: str, *, state: LetterState | None) -> int:
        """Return how many there are."""
        return sum(store.count(queue, state=state) for store in self.stores)

    def select(self, queue: str, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        """Return waiting letters of a selection by their ids, up to a limit."""
        found = [store.select(queue, selection, limit) for store in self.stores]
        return list(islice(merge(*found, key=_id), limit))

    def count_selected(self, queue: str, selection: Selection) -> int:
        """Return how many waiting letters a selection has."""
        return sum(store.count_selected(queue, selection) for store in self.stores)

    def newest_id(self, queue: str) -> UUID | None:
        """Return the id of the last letter of a queue."""
        found = [store.newest_id(queue) for store in self.stores]
        return max((id_ for id_ in found if id_ is not None), default=None)

    def decide(
        self, ids: Sequence[UUID], state: LetterState, at: datetime, by: UUID | None
    ) -> Sequence[UUID]:
        """Let each store decide on those that it has, in the order of the stores."""
        return [id_ for store in self.stores for id_ in store.decide(ids, state, at, by)]


def _id(letter: DeadLetter) -> UUID:
    return letter.id
