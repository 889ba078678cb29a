"""Votes on posts as feedback on the answers of agents."""

from mara.agents.service.conversations import ConversationService
from mara.alerts.model.alert_post import AlertPost
from mara.kernel.principal import Principal, Role


def rate(conversations: ConversationService, post: AlertPost, helped: bool) -> None:  # noqa: FBT001
    """Store whether the answer of a post helped. Raises AgentNotFound, AnswerNotFound."""
    assert post.answer_id is not None  # noqa: S101 - checked by the caller
    owner = Principal(post.owner_id, Role.USER)
    conversations.give_feedback(owner, post.agent_id, post.answer_id, helped=helped, comment=None)
