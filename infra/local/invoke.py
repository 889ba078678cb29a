"""Invokes one function in this process, with the environment of its deployed twin.

The source runs as it is on disk, without a deployment, and a debugger can stop in it.
"""

import importlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.local.aws import REGION, client, endpoint
from infra.local.settings import ROOT, STAGE

EVENTS = ROOT / "infra" / "local" / "events"
SAMPLES = {"api": "api.json", "queues": "queue.json", "schedules": "schedule.json"}
"""The event of each kind of trigger, for a function without a sample of its own name."""


class UnknownFunction(RuntimeError):
    """No function has this name."""


@dataclass(frozen=True, slots=True)
class InvocationContext:
    """What functions read of Lambda's context."""

    function_name: str
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))


def invoke(name: str, event_file: str | None) -> str:
    """Invoke a function such as ``log_in`` with the local cloud's environment.

    Returns the answer as JSON. Raises UnknownFunction; whatever the function raises.
    """
    folder = folder_of(name)
    os.environ.update(_environment(folder))
    event = json.loads((Path(event_file) if event_file else sample_of(folder)).read_text("utf-8"))
    return json.dumps(run(folder, event), ensure_ascii=False, indent=2)


def folder_of(name: str) -> str:
    """The folder of a function by its name. Raises UnknownFunction."""
    found = sorted((ROOT / "functions").rglob(f"{name}/handler.py"))
    if not found:
        raise UnknownFunction(f"no function is called {name}: see `ls functions/*/*`")
    return found[0].parent.relative_to(ROOT).as_posix()


def sample_of(folder: str) -> Path:
    """The sample event named after the function, or else that of its kind of trigger."""
    _, kind, *_, name = folder.split("/")
    own = EVENTS / f"{name}.json"
    return own if own.exists() else EVENTS / SAMPLES[kind]


def run(folder: str, event: dict[str, Any]) -> Any:
    """Import the function's handler and call it."""
    module = importlib.import_module(f"{folder.replace('/', '.')}.handler")
    return module.handler(event, InvocationContext(folder.rsplit("/", 1)[1]))


def _environment(folder: str) -> dict[str, str]:
    deployed = f"mara-{STAGE}-{folder.rsplit('/', 1)[1].replace('_', '-')}"
    configuration = client("lambda").get_function_configuration(FunctionName=deployed)
    variables: dict[str, str] = configuration["Environment"]["Variables"]
    return {
        **variables,
        "AWS_ENDPOINT_URL": endpoint(),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
