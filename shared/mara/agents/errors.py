"""What can go wrong with agents, conversations and answers."""

from collections.abc import Sequence

from mara.kernel.errors import Conflict, Invalid, NotFound


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


class UnknownLanguageModel(Invalid):
    """The model server does not have the model that the agent names."""

    title = "There is no such language model"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        listed = sorted(known)
        detail = f"Unknown model {name}; known: {', '.join(listed) or 'none'}."
        field_error = {"pointer": "/model", "detail": detail}
        super().__init__(detail, known=listed, errors=[field_error])
