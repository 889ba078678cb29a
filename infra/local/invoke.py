"""Invokes one function in this process, with the environment of its deployed twin.

The source runs as it is on disk, without a deployment, and a debugger can stop in it.
"""

import importlib
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.local.api_client import Api
from infra.local.aws import ACCESS_KEY, client, endpoint
from infra.local.seed import EMAIL
from infra.local.settings import REGION, ROOT, STAGE, load_secrets
from infra.local.triggers import trigger_of

EVENTS = ROOT / "infra" / "local" / "events"
SAMPLES = {
    "api": "api.json",
    "queues": "queue.json",
    "schedules": "schedule.json",
    "logs": "ship_logs.json",
}
"""The event of each kind of trigger, for a function without a sample of its own name."""

NO_ID = "00000000-0000-0000-0000-000000000000"
"""Stands for a path parameter: no row has this id."""


class UnknownFunction(RuntimeError):
    """No function has this name."""


@dataclass(frozen=True, slots=True)
class InvocationContext:
    """What functions read of Lambda's context."""

    function_name: str
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))


def invoke(name: str, event_file: str | None, *, as_demo: bool = False) -> str:
    """Invoke a function such as ``log_in`` with the local cloud's environment.

    ``as_demo`` sends an access token of the demo account. Returns the answer as JSON. Raises
    UnknownFunction; whatever the function raises.
    """
    folder = folder_of(name)
    os.environ.update(environment_of(folder))
    event = _read(Path(event_file)) if event_file else sample_of(folder)
    if as_demo:
        authorize(event, _demo_token())
    return json.dumps(run(folder, event), ensure_ascii=False, indent=2)


def folder_of(name: str) -> str:
    """The folder of a function by its name. Raises UnknownFunction."""
    found = sorted((ROOT / "functions").rglob(f"{name}/handler.py"))
    if not found:
        raise UnknownFunction(f"no function is called {name}: see `ls functions/*/*`")
    return found[0].parent.relative_to(ROOT).as_posix()


def sample_of(folder: str) -> dict[str, Any]:
    """The sample event named after the function, or else one of its kind of trigger.

    A route's has its own method and path, with NO_ID for every parameter.
    """
    _, kind, *_, name = folder.split("/")
    own = EVENTS / f"{name}.json"
    if own.exists():
        return _read(own)
    event = _read(EVENTS / SAMPLES[kind])
    return (
        _routed(event, trigger_of(ROOT / folder / "handler.py").source) if kind == "api" else event
    )


def authorize(event: dict[str, Any], token: str) -> None:
    """Add an access token to the headers of a route's event."""
    event["headers"]["authorization"] = f"Bearer {token}"
    event["multiValueHeaders"]["authorization"] = [f"Bearer {token}"]


def run(folder: str, event: dict[str, Any]) -> Any:
    """Import the function's handler and call it."""
    module = importlib.import_module(f"{folder.replace('/', '.')}.handler")
    return module.handler(event, InvocationContext(folder.rsplit("/", 1)[1]))


def _read(path: Path) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise RuntimeError(f"{path} is not JSON: {error}") from None
    return event


def _routed(event: dict[str, Any], source: str) -> dict[str, Any]:
    """``source`` is such as ``GET /api/v1/agents/{agent_id}``."""
    method, path = source.split(" ", 1)
    parameters = {name.rstrip("+"): NO_ID for name in re.findall(r"{(.+?)}", path)}
    routed = {"resource": path, "path": re.sub("{.+?}", NO_ID, path), "httpMethod": method}
    if method in {"POST", "PUT", "PATCH"}:
        routed["body"] = "{}"
        event["headers"]["content-type"] = "application/json"
        event["multiValueHeaders"]["content-type"] = ["application/json"]
    return {**event, **routed, "pathParameters": parameters or None}


def _demo_token() -> str:
    return Api().log_in(EMAIL, load_secrets().demo_password)


def environment_of(folder: str) -> dict[str, str]:
    """The variables of the deployed function, and those that reach the AWS emulator."""
    deployed = f"mara-{STAGE}-{folder.rsplit('/', 1)[1].replace('_', '-')}"
    configuration = client("lambda").get_function_configuration(FunctionName=deployed)
    variables: dict[str, str] = configuration["Environment"]["Variables"]
    return {
        **variables,
        "AWS_ENDPOINT_URL": endpoint(),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": load_secrets().emulator_secret,
    }
