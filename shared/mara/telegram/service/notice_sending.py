"""Sends notices with the platform's bot to the linked Telegram accounts of their users."""

from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import UnitOfWork
from mara.notifications.messages import NoticeDue, NotifyOwner
from mara.notifications.model.notice_texts import text_of
from mara.notifications.model.notices import Channel, Notice, TelegramState
from mara.notifications.ports import Notices
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from mara.telegram.model.person import BotPerson
from mara.telegram.service.account_links import AccountLinks
from mara.telegram.service.outgoing_queue import OutgoingQueue
from mara.users.ports import Users


@dataclass(frozen=True, slots=True)
class NoticeSending:
    """Queues the message of a notice, once."""

    notices: Notices
    links: AccountLinks
    users: Users
    outgoing: OutgoingQueue
    unit_of_work: UnitOfWork
    now: Clock

    def send(self, event: NotifyOwner) -> bool:
        """Queue the message of a ``NoticeDue``; False where there is nothing to send.

        Nothing is sent without a link, where the person has blocked the bot, and of a kind that
        was refused meanwhile. The message has the id of its notice: a second delivery of the event
        finds it. Of two at once one fails, and is tried again.
        """
        if event.event != NoticeDue.queue():
            return False
        due = NoticeDue.model_validate({**event.data, "owner_id": event.owner_id})
        with self.unit_of_work(due.owner_id):
            link = self.links.find(due.owner_id)
            if link.person is None or link.state is not TelegramState.ON:
                return False
            notice = self.notices.find(due.notice_id)
            if notice is None or not self._is_wanted(notice, link.person):
                return False
            if self.outgoing.messages.get(due.owner_id, notice.id) is not None:
                return False
            self.outgoing.queue_messages([self._message(notice, link.person)])
        return True

    def _is_wanted(self, notice: Notice, person: BotPerson) -> bool:
        """A notice about what this bot could not send would follow itself for ever."""
        if notice.data.get("config_id") == str(person.config_id):
            return False
        return self.notices.preferences(notice.owner_id).wants(notice.kind, Channel.TELEGRAM)

    def _message(self, notice: Notice, person: BotPerson) -> OutgoingMessage:
        language = self.users.get(notice.owner_id).profile.locale.value
        return OutgoingMessage(
            id=notice.id,
            config_id=person.config_id,
            owner_id=notice.owner_id,
            chat_id=person.telegram_id,
            priority=Priority.ANSWER,
            parts=(FormattedText.of(text_of(notice, language)),),
            due_at=self.now(),
        )
