"""Lets rules see the messages of chats, and tells alerts from questions."""

from collections.abc import Callable
from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.errors import DomainError
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.chat_question import question_of_message
from mara.telegram.model.incoming import IncomingMessage, SenderKind
from mara.telegram.model.update import ClaimedUpdate, FailedUpdate, UpdateState, reason_of
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.asking import Begin, ChatObserver

RecordFailure = Callable[[FailedUpdate, Exception], None]
"""Logs a failure by its ids and its reason."""


@dataclass(frozen=True, slots=True)
class MessageWatch:
    """Shows messages to rules."""

    observer: ChatObserver
    configs: BotConfigs
    unit_of_work: UnitOfWork
    now: Clock
    record: RecordFailure

    def is_alert(self, update: ClaimedUpdate, message: IncomingMessage, begin: Begin) -> bool:
        """Let rules see the message; whether it is an alert, which the bot does not answer besides.

        What fails at every try keeps no question from its answer. Raises what another try may mend.
        """
        try:
            ids = (update.owner_id, update.config_id)
            return self.observer.watch(
                *ids, message, lambda: not self._is_asked(update, message) and begin()
            )
        except DomainError as error:
            failed = update.failed(reason_of(error), self.now())
            if failed.state is not UpdateState.DEAD:
                raise
            self.record(failed, error)
            return False

    def _is_asked(self, update: ClaimedUpdate, message: IncomingMessage) -> bool:
        """Whether a person asks the bot in a group: a question is answered, and is no alert.

        Other bots may name this one in each alert; every message of a private chat asks the bot.
        """
        sender = message.sender
        if sender is None or sender.kind is not SenderKind.PERSON:
            return False
        if message.chat.kind is ChatKind.PRIVATE:
            return False
        with self.unit_of_work(update.owner_id):
            config = self.configs.get(update.owner_id, update.config_id)
        return question_of_message(message, config.profile) is not None
