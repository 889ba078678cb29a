"""The API of the latest deployment, as ``gateway.json`` describes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mara.entrypoints.route_table import Route, RouteTable


@dataclass(frozen=True)
class Deployment:
    """Its address, its routes, and the origins of browsers that may call it."""

    url: str
    table: RouteTable
    origins: frozenset[str]


@dataclass
class Gateway:
    """Reads the file that a deployment rewrites, once for each change."""

    file: Path
    _read: tuple[int, Deployment] | None = None

    def deployment(self) -> Deployment | None:
        """Return the latest deployment; None while there is none."""
        try:
            changed_ns = self.file.stat().st_mtime_ns
            if self._read is None or self._read[0] != changed_ns:
                self._read = (changed_ns, parse(json.loads(self.file.read_text("utf-8"))))
        except FileNotFoundError:
            return None
        return self._read[1]


def parse(found: Mapping[str, Any]) -> Deployment:
    """Return the deployment that the file's content describes."""
    base = f"http://127.0.0.1:{found['emulator_port']}/_aws/execute-api"
    table = RouteTable(Route(method, path) for method, path in found["routes"])
    return Deployment(
        f"{base}/{found['api_id']}/{found['stage']}", table, frozenset(found["origins"])
    )
