"""Query parameters of the lists of agents and of conversations."""

from typing import Annotated, Literal

from fastapi import Query

ORDER = "The field of the order; `-` before it: the greatest first."

AgentSort = Annotated[
    Literal["-created_at", "created_at", "-updated_at", "updated_at", "name", "-name"],
    Query(description=ORDER),
]
ConversationSort = Annotated[
    Literal["-created_at", "created_at", "-updated_at", "updated_at", "title", "-title"],
    Query(description=ORDER),
]
