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
from mara.agents.schemas.conversations import ConversationOut, ConversationWithAnswersOut

__all__ = [
    "AgentIn",
    "AgentOut",
    "AnswerOut",
    "CitationOut",
    "ConversationOut",
    "ConversationWithAnswersOut",
    "FeedbackIn",
    "FeedbackOut",
    "QuestionIn",
    "TurnOut",
    "UsageOut",
]
