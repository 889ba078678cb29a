"""What can go wrong with agents, conversations and answers."""

from mara.kernel.errors import NotFound, Unavailable


class AgentNotFound(NotFound):
    title = "There is no such agent"


class ConversationNotFound(NotFound):
    title = "There is no such conversation"


class AnswerNotFound(NotFound):
    title = "There is no such answer"


class LanguageModelUnavailable(Unavailable):
    title = "The language model does not answer"
