"""Query parameters of the lists of sessions and of API keys."""

from typing import Annotated, Literal

from fastapi import Query

ORDER = "The field of the order; `-` before it: the greatest first."

SessionSort = Annotated[
    Literal["-created_at", "created_at", "-last_used_at", "last_used_at"],
    Query(description=ORDER),
]
ApiKeySort = Annotated[
    Literal["-created_at", "created_at", "name", "-name"], Query(description=ORDER)
]
