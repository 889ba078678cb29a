"""Runs Debian's Prometheus on the rules of this folder, for tests and the demo."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from infra.local.settings import ROOT
from infra.observability.prometheus_rules import FOLDER

EXTRACTED: Final = ROOT / ".ci" / "prometheus" / "usr" / "bin"
"""Where `.ci/run` extracts the package, which starts no service."""


def find(name: str) -> str | None:
    """Return the path of ``prometheus`` or ``promtool``; None where it is missing."""
    extracted = EXTRACTED / name
    named = os.environ.get(f"MARA_{name.upper()}") or shutil.which(name)
    return named or (str(extracted) if extracted.is_file() else None)


@dataclass(frozen=True)
class RunningPrometheus:
    """A server that answers at ``url``."""

    url: str

    def query(self, expression: str) -> list[Mapping[str, Any]]:
        """Return the samples of an expression now; none while the server starts."""
        return list(self._get("query", {"query": expression}).get("result", ()))

    def query_range(
        self, expression: str, begin: float, end: float, step_s: float
    ) -> list[Mapping[str, Any]]:
        """Return the series of an expression between two times in seconds since 1970."""
        asked = {"query": expression, "start": f"{begin}", "end": f"{end}", "step": f"{step_s}"}
        return list(self._get("query_range", asked).get("result", ()))

    def firing(self) -> list[Mapping[str, Any]]:
        """Return the alerts that fire, as Prometheus would send them to Alertmanager."""
        found = self._get("alerts", {}).get("alerts", ())
        return [alert for alert in found if alert["state"] == "firing"]

    def _get(self, path: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            answer = httpx.get(f"{self.url}/api/v1/{path}", params=dict(parameters), timeout=5)
        except httpx.TransportError:
            return {}
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return {}
        answer.raise_for_status()
        data: Mapping[str, Any] = answer.json()["data"]
        return data


@dataclass(frozen=True)
class Scraping:
    """What is scraped, with which token, and the text of the rules that are evaluated."""

    target: str
    token: str = field(repr=False)
    rules: str


@contextmanager
def running(program: str, folder: Path, what: Scraping, port: int) -> Iterator[RunningPrometheus]:
    """Scrape every 5 s, and evaluate the rules, with the data in ``folder``."""
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    # A scrape of a busy machine takes longer than a second; the timeout is the interval at most.
    config["global"] = {"scrape_interval": "5s", "evaluation_interval": "1s"}
    del config["alerting"]
    (scrape,) = config["scrape_configs"]
    scrape["scrape_timeout"] = "5s"
    scrape["static_configs"] = [{"targets": [what.target]}]
    (folder / scrape["authorization"]["credentials_file"]).write_text(what.token)
    (folder / "rules.yml").write_text(what.rules, "utf-8")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    options = {
        "config.file": folder / "prometheus.yml",
        "storage.tsdb.path": folder / "data",
        "web.listen-address": f"127.0.0.1:{port}",
    }
    with (folder / "prometheus.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - the program is Debian's
            [program, *(f"--{name}={value}" for name, value in options.items())],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        yield RunningPrometheus(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(20)
