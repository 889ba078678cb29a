"""What an operator decides about dead letters: to send them again, or to discard them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.kernel.clock import Clock
from mara.kernel.envelope import DecryptionFailed, Envelope
from mara.kernel.page import Page, PageRequest
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.queues.errors import QueueNotFound
from mara.queues.model.dead_letter import DeadLetter, LetterState, body_context
from mara.queues.model.selection import LAST, DecidedPart, Selection
from mara.queues.ports import DeadLetters, Resend

PART = 200
"""Letters that one request decides on at most: each body costs a call of the key service."""


@dataclass(frozen=True, slots=True)
class DeadLetterService:
    """Lists, redrives and discards; each request does a bounded part, and says what is left.

    ``actor_id`` is the user who decides; None for an operator's command.
    """

    queues: Collection[str]
    letters: DeadLetters
    envelope: Envelope
    resend: Resend
    audit: AuditLog
    unit_of_work: UnitOfWork
    now: Clock

    def list(self, queue: str, page: PageRequest, state: LetterState | None) -> Page[DeadLetter]:
        """Return a page, the newest first. Raises QueueNotFound, InvalidCursor."""
        self._check(queue)
        with self.unit_of_work(SYSTEM):
            rows = self.letters.list(queue, page, state=state)
            total = self.letters.count(queue, state=state) if page.total else None
        return Page.of(rows, page, lambda letter: letter.id, total=total)

    def redrive(
        self, actor_id: UUID | None, queue: str, selection: Selection, *, dry_run: bool = False
    ) -> DecidedPart:
        """Send waiting letters of a selection again; those decided on already have no effect.

        Raises QueueNotFound, KeysUnavailable.
        """
        selection, letters, planned = self._plan(queue, selection)
        if dry_run:
            return planned
        bodies = self._open(letters)

        def send(ids: Sequence[UUID]) -> None:
            # One doorbell is enough for all rows of a lane, or of a bot.
            self.resend(queue, list(dict.fromkeys(bodies[id_] for id_ in ids)))

        action = AuditAction.DEAD_LETTERS_REDRIVEN
        deed = Deed(action, actor_id, None, "queue", detail={"queue": queue})
        readable = [letter for letter in letters if letter.id in bodies]
        done = self._decide(deed, LetterState.REDRIVEN, readable, send)
        return self._after(queue, selection, letters, done)

    def discard(
        self,
        actor_id: UUID | None,
        queue: str,
        selection: Selection,
        reason: str,
        *,
        dry_run: bool = False,
    ) -> DecidedPart:
        """Give up waiting letters of a selection for good. Raises QueueNotFound."""
        selection, letters, planned = self._plan(queue, selection)
        if dry_run:
            return planned
        action = AuditAction.DEAD_LETTERS_DISCARDED
        detail = {"queue": queue, "reason": reason}
        deed = Deed(action, actor_id, None, "queue", detail=detail)
        done = self._decide(deed, LetterState.DISCARDED, letters, lambda _ids: None)
        return self._after(queue, selection, letters, done)

    def _check(self, queue: str) -> None:
        if queue not in self.queues:
            raise QueueNotFound("GET /api/v1/admin/queues lists the queues.")

    def _plan(
        self, queue: str, selection: Selection
    ) -> tuple[Selection, Sequence[DeadLetter], DecidedPart]:
        """Fix the end of the selection, and read its next part."""
        self._check(queue)
        with self.unit_of_work(SYSTEM):
            if selection.ids is None and selection.until == LAST:
                newest = self.letters.newest_id(queue)
                selection = replace(selection, until=newest or selection.after)
            letters = self.letters.select(queue, selection, PART)
            count = self.letters.count_selected(queue, selection)
        return selection, letters, DecidedPart(count=0, remaining=count, unreadable=0)

    def _open(
        self, letters: Sequence[DeadLetter]
    ) -> dict[UUID, tuple[str, str | None, str | None]]:
        """Return what is sent again of each letter that can be decrypted."""
        bodies: dict[UUID, tuple[str, str | None, str | None]] = {}
        for letter in letters:
            if letter.body is None:
                if letter.doorbell is not None:
                    bodies[letter.id] = letter.doorbell, None, None
                continue
            try:
                with self.envelope.decrypt(letter.body, body_context(letter.id)) as body:
                    content = bytes(body).decode()
                    bodies[letter.id] = content, letter.origin, letter.correlation_id
            except DecryptionFailed:
                continue  # counted as unreadable: one such row must not stop the others
        return bodies

    def _decide(
        self,
        deed: Deed,
        state: LetterState,
        letters: Sequence[DeadLetter],
        act: Callable[[Sequence[UUID]], None],
    ) -> Sequence[UUID]:
        """Decide, act and record in one transaction; return the letters that it decided on."""
        if not letters:
            return []
        with self.unit_of_work(SYSTEM):
            ids = [letter.id for letter in letters]
            done = self.letters.decide(ids, state, self.now(), deed.actor_id)
            if done:
                act(done)
                detail = {**deed.detail, "letters": [str(id_) for id_ in done]}
                self.audit.record(replace(deed, detail=detail))
        return done

    def _after(
        self,
        queue: str,
        selection: Selection,
        letters: Sequence[DeadLetter],
        done: Sequence[UUID],
    ) -> DecidedPart:
        """Say what was done, and where the next request goes on."""
        if selection.ids is None and letters:
            selection = replace(selection, after=letters[-1].id)
        with self.unit_of_work(SYSTEM):
            remaining = self.letters.count_selected(queue, selection)
            taken = [letter.id for letter in letters]
            waiting = self.letters.count_selected(queue, Selection(ids=taken)) if taken else 0
        cursor = selection.cursor if selection.ids is None and remaining else None
        return DecidedPart(len(done), remaining, waiting, cursor)
