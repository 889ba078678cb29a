"""Keeps messages of dead-letter queues, encrypted and with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.envelope import Envelope
from mara.kernel.ids import new_id
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.queues.model.concern import concern_of
from mara.queues.model.dead_letter import DeadLetter, DeadMessage, body_context, given_up
from mara.queues.ports import FailureNotes, LetterBox


@dataclass(frozen=True, slots=True)
class DeadLetterIntake:
    """Moves messages into the table; a message that comes twice is one letter."""

    letters: LetterBox
    notes: FailureNotes
    envelope: Envelope
    unit_of_work: UnitOfWork
    now: Clock

    def keep(self, messages: Sequence[DeadMessage]) -> int:
        """Keep the messages of a batch, all or none of them; return how many were new.

        Raises KeysUnavailable, DatabaseUnavailable: the batch comes again.
        """
        # In one order everywhere: two copies of a batch do not wait for each other in a circle.
        ordered = sorted(messages, key=lambda message: (message.queue, message.message_id))
        sealed = [self._sealed(message) for message in ordered]
        with self.unit_of_work(SYSTEM):
            return sum(self._add(letter) for letter in sealed)

    def _add(self, letter: DeadLetter) -> bool:
        note = self.notes.take(letter.queue, letter.message_id)
        return self.letters.add(letter.with_note(note) if note else letter)

    def _sealed(self, message: DeadMessage) -> DeadLetter:
        id_, at = new_id(), self.now()
        plaintext = Secret(bytearray(message.body.encode(errors="replace")))
        try:
            body = self.envelope.encrypt(plaintext, body_context(id_))
        finally:
            plaintext.wipe()
        return DeadLetter(
            id=id_,
            queue=message.queue,
            message_id=message.message_id,
            reason=message.reason or given_up(message.attempts),
            attempts=message.attempts,
            first_failed_at=at,
            last_failed_at=at,
            concern=concern_of(message.body),
            created_at=at,
            body=body,
            redrive_of=message.redrive_of,
            correlation_id=message.correlation_id,
        )
