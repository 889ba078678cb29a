"""What can go wrong with agents, conversations and answers."""

from mara.kernel.errors import Conflict, NotFound


class AgentNotFound(NotFound):
    title = "There is no such agent"


class ConversationNotFound(NotFound):
    title = "There is no such conversation"


class AnswerNotFound(NotFound):
    title = "There is no such answer"


class VersionNotFound(NotFound):
    title = "There is no such version"


class GateClosed(Conflict):
    """A version may not answer until it was found good enough."""

    title = "The gate is closed for this version"
