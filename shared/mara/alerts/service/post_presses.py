"""Does what the buttons below posts say: counts votes, and passes posts on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.alerts.messages import PostAlerts
from mara.alerts.model.alert_message import AlertMessage
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.vote import (
    ALREADY_PASSED_ON,
    GONE,
    PASSED_ON,
    THANKS,
    PostVote,
    Verb,
    verb_of,
)
from mara.alerts.ports import AlertPosts
from mara.alerts.ports.messages import AlertMessages
from mara.alerts.service.escalation import escalation_of
from mara.alerts.service.post_votes import PostVotes
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import BotConfigNotFound
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.incoming import Press
from mara.telegram.model.outgoing import OutgoingMessage
from mara.telegram.ports import BotConfigs


@dataclass(frozen=True, slots=True)
class PostPresses:
    """Stores what people press."""

    messages: AlertMessages
    posts: AlertPosts
    configs: BotConfigs
    votes: PostVotes
    queue_messages: Callable[[Sequence[OutgoingMessage]], None]
    """Adds them to the caller's transaction."""
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def press(self, config: BotConfig, press: Press) -> str:
        """Do what the button says; return what the presser is shown.

        A client can send any data: the post must be shown by this bot in the chat of the press.
        """
        language, asked = config.settings.language, verb_of(press.data)
        if asked is None:
            return GONE[language]
        verb, post_id = asked
        if verb is Verb.ESCALATE:
            return self._escalate(config, press, post_id)
        post = self._vote(config, press, verb, post_id)
        if post is None:
            return GONE[language]
        self.votes.pass_on(post)
        return THANKS[language]

    def _vote(self, config: BotConfig, press: Press, verb: Verb, post_id: UUID) -> AlertPost | None:
        owner_id, at = config.owner_id, self.now()
        with self.unit_of_work(owner_id):
            message = self.messages.find(owner_id, post_id)
            if message is None or not _is_shown_here(message, config, press):
                return None
            self.votes.count(PostVote(post_id, owner_id, press.sender.id, verb is Verb.HELPED, at))
            (post,) = self.posts.of_episodes(owner_id, [post_id])
        return post

    def _escalate(self, config: BotConfig, press: Press, post_id: UUID) -> str:
        """Post it once in the chat for escalations, with who pressed."""
        owner_id, at, language = config.owner_id, self.now(), config.settings.language
        with self.unit_of_work(owner_id):
            message = self.messages.lock(owner_id, post_id)
            if message is None or not _is_shown_here(message, config, press):
                return GONE[language]
            if message.escalated_at is not None:
                return ALREADY_PASSED_ON[language]
            queued = self._escalation(message, press.sender.name, at)
            if queued is None:
                return GONE[language]
            self.queue_messages([queued])
            self.messages.save(message.escalated(at, queued.id))
            self.publish(PostAlerts(owner_id=owner_id))
        return PASSED_ON[language]

    def _escalation(self, message: AlertMessage, name: str, at: datetime) -> OutgoingMessage | None:
        if message.escalation is None or not message.can_escalate:
            return None
        try:
            config = self.configs.get(message.owner_id, message.escalation.config_id)
        except BotConfigNotFound:
            return None
        (post,) = self.posts.of_episodes(message.owner_id, [message.post_id])
        found = self.messages.alerts_of(message.owner_id, message.post_id)
        stands = (post, found, self.messages.left_out(post))
        return escalation_of(message.escalation, config, stands, name=name, at=at)


def _is_shown_here(message: AlertMessage, config: BotConfig, press: Press) -> bool:
    target = message.target
    is_here = (target.config_id, target.chat_id) == (config.id, press.chat_id)
    return is_here and message.message_id is not None
