"""Keeping agents, asking them, looking back at what they said, and measuring it."""

from mara.agents.service.agents import AgentService
from mara.agents.service.analyzing import AnalysisService
from mara.agents.service.asking import AskService
from mara.agents.service.conversations import ConversationService
from mara.agents.service.evaluating import EvaluationService
from mara.agents.service.publishing import PublishingService

__all__ = [
    "AgentService",
    "AnalysisService",
    "AskService",
    "ConversationService",
    "EvaluationService",
    "PublishingService",
]
