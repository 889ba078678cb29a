"""Dead letters in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.queues.model.dead_letter import DeadLetter, LetterState
from mara.queues.model.selection import Selection


class FakeDeadLetters:
    """Implements LetterBox and DeadLetters."""

    def __init__(self) -> None:
        self._letters: dict[UUID, DeadLetter] = {}

    def add(self, letter: DeadLetter) -> bool:
        if self._find(letter.queue, lambda one: one.message_id == letter.message_id):
            return False
        first = self._find(letter.queue, lambda one: one.message_id == letter.redrive_of)
        self._letters[letter.id] = replace(letter, first_id=first[0].id if first else None)
        return True

    def list(
        self, queue: str, page: PageRequest, *, state: LetterState | None
    ) -> Sequence[DeadLetter]:
        found = self._find(queue, lambda one: state in (None, one.state))
        newest = [one for one in reversed(found) if page.after is None or one.id < page.after]
        return newest[: page.limit + 1]

    def count(self, queue: str, *, state: LetterState | None) -> int:
        return len(self._find(queue, lambda one: state in (None, one.state)))

    def select(self, queue: str, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        return self._find(queue, lambda one: _is_meant(one, selection))[:limit]

    def count_selected(self, queue: str, selection: Selection) -> int:
        return len(self._find(queue, lambda one: _is_meant(one, selection)))

    def newest_id(self, queue: str) -> UUID | None:
        return max((one.id for one in self._find(queue, lambda _: True)), default=None)

    def decide(
        self, ids: Sequence[UUID], state: LetterState, at: datetime, by: UUID | None
    ) -> Sequence[UUID]:
        done = []
        for letter in list(self._letters.values()):
            if letter.id in ids and letter.state is LetterState.WAITING:
                decided = replace(letter, state=state, decided_at=at, decided_by=by)
                self._letters[letter.id] = decided
                done.append(letter.id)
        return done

    def _find(self, queue: str, wanted: Callable[[DeadLetter], bool]) -> Sequence[DeadLetter]:
        found = (one for one in self._letters.values() if one.queue == queue and wanted(one))
        return sorted(found, key=lambda one: one.id)


def _is_meant(letter: DeadLetter, selection: Selection) -> bool:
    if letter.state is not LetterState.WAITING:
        return False
    if selection.ids is not None:
        return letter.id in selection.ids
    return selection.after < letter.id <= selection.until
