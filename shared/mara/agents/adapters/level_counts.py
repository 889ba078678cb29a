"""How many agents each user has, for the recount of levels that plans limit."""

from typing import Final

AGENTS: Final = "SELECT owner_id, count(*) AS level FROM agents GROUP BY owner_id"
