"""Counts votes on posts, and passes them to the agent as feedback on its answer."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from mara.agents.errors import AgentNotFound, AnswerNotFound
from mara.alerts.messages import PostAlerts
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.vote import PostVote, VoteCounts
from mara.alerts.ports.messages import AlertMessages
from mara.kernel.messages import Publish


@dataclass(frozen=True, slots=True)
class PostVotes:
    """Stores votes. ``rate`` raises AnswerNotFound and AgentNotFound."""

    messages: AlertMessages
    rate: Callable[[AlertPost, bool], None]
    publish: Publish

    def count(self, vote: PostVote) -> VoteCounts:
        """Store a vote in place of an earlier one, and let chats show it; return all votes.

        In the caller's transaction.
        """
        self.messages.vote(vote)
        self.messages.changed(vote.owner_id, [vote.post_id], vote.at)
        self.publish(PostAlerts(owner_id=vote.owner_id))
        return self.messages.votes(vote.owner_id, vote.post_id)

    def pass_on(self, post: AlertPost, *, helped: bool) -> None:
        """Make the vote the feedback on the answer, which becomes a case of evaluations.

        Outside of transactions. An answer that was deleted, or is that of another post which is
        used again, has none: the vote alone is kept.
        """
        if post.answer_id is not None and post.reply is not None:
            with suppress(AnswerNotFound, AgentNotFound):
                self.rate(post, helped)
