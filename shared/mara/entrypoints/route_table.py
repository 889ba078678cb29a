"""Finds the route of a request among all routes of the API, as API Gateway does.

The function behind ``/{proxy+}`` and the front door of the local cloud refuse other methods by it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

GREEDY = "{proxy+}"


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path of the API, such as ``GET /api/v1/agents/{agent_id}``."""

    method: str
    path: str

    @property
    def is_catch_all(self) -> bool:
        """Whether it takes every path that no other route has."""
        return self.path == f"/{GREEDY}"


@dataclass(frozen=True, slots=True)
class Match:
    """What the table knows of a request: its route, and the methods that its path has.

    ``route`` is None where the path has other methods only, or is unknown; ``allowed`` is empty
    where no route of the API but the catch-all has the path.
    """

    route: Route | None
    allowed: tuple[str, ...]


class RouteTable:
    """Finds the route of a request."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """``routes`` are all methods and paths that are deployed."""
        entries = [(route, re.compile(_pattern(route.path))) for route in routes]
        # API Gateway prefers a literal path to one with parameters, and those to a greedy one.
        self._entries = sorted(entries, key=lambda entry: _rank(entry[0].path))

    def match(self, method: str, path: str) -> Match:
        """Find the route of a normalized path."""
        found = [route for route, pattern in self._entries if pattern.fullmatch(path)]
        own = [route for route in found if not route.is_catch_all]
        allowed = tuple(sorted({route.method for route in own} | ({"OPTIONS"} if own else set())))
        candidates = found if method == "OPTIONS" or not own else own
        route = next((route for route in candidates if route.method == method), None)
        return Match(route, allowed)


def _pattern(path: str) -> str:
    """Return the regular expression of a path with its parameters in braces."""
    parts = re.split(r"({[^}]+})", path)
    return "".join(
        (".+" if part.endswith("+}") else "[^/]+") if part.startswith("{") else re.escape(part)
        for part in parts
    )


def _rank(path: str) -> tuple[bool, int, str]:
    return ("+}" in path, path.count("{"), path)
