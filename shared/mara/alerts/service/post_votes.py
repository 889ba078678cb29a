"""Counts votes on posts, and passes them to the agent as feedback on its answer."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from mara.agents.errors import AgentNotFound, AnswerNotFound
from mara.alerts.messages import PostAlerts
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.vote import BY_OWNER, PostVote, VoteCounts
from mara.alerts.ports.messages import AlertMessages, OwnerChats
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import UnitOfWork

LOOKS_MAX: Final = 9
"""How often others may vote while one vote is passed on."""


@dataclass(frozen=True, slots=True)
class PostVotes:
    """Stores votes. ``rate`` raises AnswerNotFound and AgentNotFound."""

    messages: AlertMessages
    chats: OwnerChats
    rate: Callable[[AlertPost, bool], None]
    publish: Publish
    unit_of_work: UnitOfWork

    def count(self, vote: PostVote) -> VoteCounts:
        """Store a vote in place of an earlier one, and let chats show it; return all votes.

        In the caller's transaction. The owner has one vote, whichever way it comes by.
        """
        linked = self.chats.telegram_ids(vote.owner_id)
        if vote.telegram_id in {BY_OWNER, *linked}:
            self.messages.vote(replace(vote, telegram_id=BY_OWNER), instead_of=linked)
        else:
            self.messages.vote(vote)
        self.messages.changed(vote.owner_id, [vote.post_id], vote.at)
        self.publish(PostAlerts(owner_id=vote.owner_id))
        return self.messages.votes(vote.owner_id, vote.post_id)

    def pass_on(self, post: AlertPost) -> None:
        """Make the last vote the feedback on the answer, which becomes a case of evaluations.

        Outside of transactions, so it looks again: who rates last has seen the last vote. An
        answer that was deleted, or is that of another post which is used again, has none: the vote
        alone is kept.
        """
        if post.answer_id is None or post.reply is None:
            return
        rated, helped = None, self._last(post)
        with suppress(AnswerNotFound, AgentNotFound):
            for _ in range(LOOKS_MAX):
                if helped is None or helped == rated:
                    return
                self.rate(post, helped)
                rated, helped = helped, self._last(post)

    def _last(self, post: AlertPost) -> bool | None:
        with self.unit_of_work(post.owner_id):
            return self.messages.last_vote(post.owner_id, post.id)
