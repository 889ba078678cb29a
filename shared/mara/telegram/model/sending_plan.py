"""Which of the waiting messages are sent now, and when to look again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from mara.telegram.model.outgoing import BEGUN_RANK, OutgoingMessage
from mara.telegram.model.pace import BotPace, Budgets, ChatPace


@dataclass(frozen=True, slots=True)
class NextOfChat:
    """A message or edit that is the next of its kind in its chat.

    ``edited_id`` is the id in Telegram of the message that it edits; None for a message, and for an
    edit of a message that is not there.
    """

    message: OutgoingMessage
    position: int
    edited_id: int | None = None


@dataclass(slots=True)
class SendingPlan:
    """Takes messages within the budgets, at most one of a chat.

    ``pace`` and ``chats`` count what was taken. ``look_at`` is when something may be sent that may
    not be sent now.
    """

    pace: BotPace
    chats: dict[int, ChatPace]
    budgets: Budgets
    look_at: datetime | None = None
    taken: list[NextOfChat] = field(default_factory=list)

    def take(
        self, waiting: Iterable[NextOfChat], now: datetime, *, limit: int, busy: Iterable[int] = ()
    ) -> None:
        """Take up to ``limit`` messages, ascending by rank, for chats that are not ``busy``."""
        held = set(busy)
        for one in waiting:
            if len(self.taken) == limit:
                return
            chat_id, rank = one.message.chat_id, one.message.rank
            if chat_id in held:
                continue
            if rank == BEGUN_RANK:
                held.add(chat_id)
            at = self._possible_at(one, now)
            if at > now:
                self.look_again(at)
                continue
            held.add(chat_id)
            self.taken.append(one)
            is_edit = one.edited_id is not None
            self.pace = self.pace.after(now)
            self.chats[chat_id] = self.chats[chat_id].after(now, is_edit=is_edit)

    def look_again(self, at: datetime | None) -> None:
        """Look again at this time, if no earlier one is known."""
        if at is not None:
            self.look_at = min(at, self.look_at or at)

    def _possible_at(self, one: NextOfChat, now: datetime) -> datetime:
        is_edit = one.edited_id is not None
        due_at = max(now, one.message.due_at)
        in_chat = self.chats[one.message.chat_id].next_at(due_at, self.budgets, is_edit=is_edit)
        return max(in_chat, self.pace.next_at(now, self.budgets))
