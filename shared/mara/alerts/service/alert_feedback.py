"""Counts the owner's votes that come by the API: the same as by the buttons in chats."""

from dataclasses import dataclass
from uuid import UUID

from mara.alerts.errors import AlertNotAnswered
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.vote import BY_OWNER, GivenVote, PostVote
from mara.alerts.ports import AlertPosts, Alerts
from mara.alerts.service.post_votes import PostVotes
from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AlertFeedback:
    """Counts votes on the newest post of an alert."""

    alerts: Alerts
    posts: AlertPosts
    votes: PostVotes
    unit_of_work: UnitOfWork
    now: Clock

    def give(self, caller: Principal, alert_id: UUID, *, helped: bool) -> GivenVote:
        """Count the vote of the alert's owner. Raises AlertNotFound, AlertNotAnswered."""
        owner_id = caller.user_id
        with self.unit_of_work(owner_id):
            post = self._newest_post(owner_id, alert_id)
            vote = PostVote(post.id, owner_id, BY_OWNER, helped, self.now())
            counts = self.votes.count(vote)
        self.votes.pass_on(post)
        return GivenVote(vote, counts)

    def _newest_post(self, owner_id: UUID, alert_id: UUID) -> AlertPost:
        history = self.alerts.history(owner_id, alert_id)
        ids = {episode.post_id for episode in history.episodes}
        newest = next(iter(self.posts.of_episodes(owner_id, ids)), None)
        if newest is None or newest.reply is None:
            raise AlertNotAnswered("Wait until its agent was asked.")
        return newest
