"""Lets rules see the messages of chats, and tells alerts from questions."""

from collections.abc import Callable
from dataclasses import dataclass

from mara.kernel.clock import Clock
from mara.kernel.errors import DomainError
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.incoming import IncomingMessage
from mara.telegram.model.update import ClaimedUpdate, FailedUpdate, UpdateState, reason_of
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.asking import Begin, ChatObserver

RecordFailure = Callable[[FailedUpdate, Exception], None]
"""Logs a failure by its ids and its reason."""


@dataclass(frozen=True, slots=True)
class MessageWatch:
    """Shows messages to rules."""

    observer: ChatObserver
    is_question: Callable[[BotConfig, ClaimedUpdate, IncomingMessage], bool]
    """Whether a person asks in a group and is answered; in a transaction."""
    configs: BotConfigs
    unit_of_work: UnitOfWork
    now: Clock
    record: RecordFailure

    def is_alert(self, update: ClaimedUpdate, message: IncomingMessage, begin: Begin) -> bool:
        """Let rules see the message; whether it is an alert, which the bot does not answer besides.

        What a person asks, and gets answered, is no alert. What fails at every try keeps no
        question from its answer. Raises what another try may mend.
        """
        ids = (update.owner_id, update.config_id)
        try:
            return self.observer.watch(
                *ids, message, lambda: not self._is_asked(update, message) and begin()
            )
        except DomainError as error:
            failed = update.failed(reason_of(error), self.now())
            if failed.state is not UpdateState.DEAD:
                raise
            self.record(failed, error)
            return self.observer.has_fired(*ids, message)

    def _is_asked(self, update: ClaimedUpdate, message: IncomingMessage) -> bool:
        with self.unit_of_work(update.owner_id):
            config = self.configs.get(update.owner_id, update.config_id)
            return self.is_question(config, update, message)
