"""Keeping agents, asking them, and looking back at what they said."""

from mara.agents.service.agents import AgentService
from mara.agents.service.asking import AskService
from mara.agents.service.conversations import ConversationService

__all__ = ["AgentService", "AskService", "ConversationService"]
