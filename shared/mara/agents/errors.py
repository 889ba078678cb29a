"""Errors of the agents domain."""

from collections.abc import Sequence

from mara.kernel.errors import Conflict, Invalid, LimitReached, NotFound


class AgentNotFound(NotFound):
    """The agent does not exist, or belongs to another account."""

    title = "There is no such agent"
    fields = ("agent_id",)


class ConversationNotFound(NotFound):
    """The conversation does not exist, or belongs to another account or agent."""

    title = "There is no such conversation"
    fields = ("conversation_id",)


class AnswerNotFound(NotFound):
    """The answer does not exist, or belongs to another account or agent."""

    title = "There is no such answer"
    fields = ("answer_id",)


class AnswerSettled(Conflict):
    """The question of the queue is answered already, failed, or in work."""

    title = "The question is settled"


class TooManyQuestions(LimitReached):
    """Too many questions to one agent wait for their answers."""

    title = "Too many questions wait for this agent"


class VersionNotFound(NotFound):
    """The agent has no version with this number."""

    title = "There is no such version"
    fields = ("version",)


class GateClosed(Conflict):
    """The version must not be published: its evaluation is missing, outdated or scored too low."""

    title = "The gate is closed for this version"


class UnknownLanguageModel(Invalid):
    """The model server does not have the model that the agent names."""

    title = "There is no such language model"
    fields = ("model",)

    def __init__(self, name: str, known: Sequence[str]) -> None:
        listed = sorted(known)
        detail = f"Unknown model {name}; known: {', '.join(listed) or 'none'}."
        super().__init__(detail, known=listed)
