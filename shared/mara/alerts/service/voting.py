"""Counts the presses of the buttons below posts."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from mara.agents.errors import AgentNotFound, AnswerNotFound
from mara.alerts.messages import PostAlerts
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.vote import GONE, THANKS, PostVote, Verb, vote_of
from mara.alerts.ports import AlertMessages, AlertPosts
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.incoming import Press


@dataclass(frozen=True, slots=True)
class VotingService:
    """Stores votes. ``rate`` passes the last one to the agent as feedback on its answer."""

    messages: AlertMessages
    posts: AlertPosts
    rate: Callable[[AlertPost, bool], None]
    """Raises AnswerNotFound and AgentNotFound."""
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def press(self, config: BotConfig, press: Press) -> str:
        """Count a press; return what the presser is shown.

        A client can send any data: the post must be shown by this bot in the chat of the press.
        """
        language = config.settings.language
        asked = vote_of(press.data)
        post = self._vote(config, press, *asked) if asked else None
        if asked is None or post is None:
            return GONE[language]
        if post.answer_id is not None and post.reply is not None:
            # Deleted meanwhile, or used again from another post: the vote alone is kept.
            with suppress(AnswerNotFound, AgentNotFound):
                self.rate(post, asked[0] is Verb.HELPED)
        return THANKS[language]

    def _vote(self, config: BotConfig, press: Press, verb: Verb, post_id: UUID) -> AlertPost | None:
        owner_id, at = config.owner_id, self.now()
        with self.unit_of_work(owner_id):
            message = self.messages.find(owner_id, post_id)
            if message is None or message.message_id is None:
                return None
            target = message.target
            if (target.config_id, target.chat_id) != (config.id, press.chat_id):
                return None
            vote = PostVote(post_id, owner_id, press.sender.id, verb is Verb.HELPED, at)
            self.messages.vote(vote)
            self.messages.changed(owner_id, [post_id], at)
            self.publish(PostAlerts(owner_id=owner_id))
            (post,) = self.posts.of_episodes(owner_id, [post_id])
        return post
