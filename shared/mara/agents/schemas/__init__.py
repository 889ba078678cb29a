"""Requests and responses of the routes of agents, answers and conversations."""

from mara.agents.schemas.agents import AgentIn, AgentOut
from mara.agents.schemas.answers import (
    AnswerOut,
    CitationOut,
    FeedbackIn,
    FeedbackOut,
    QuestionIn,
    TurnOut,
    UsageOut,
)
from mara.agents.schemas.conversations import (
    ConversationOut,
    ConversationPatch,
    ConversationWithAnswersOut,
)
from mara.agents.schemas.patches import AgentPatch

__all__ = [
    "AgentIn",
    "AgentOut",
    "AgentPatch",
    "AnswerOut",
    "CitationOut",
    "ConversationOut",
    "ConversationPatch",
    "ConversationWithAnswersOut",
    "FeedbackIn",
    "FeedbackOut",
    "QuestionIn",
    "TurnOut",
    "UsageOut",
]
