"""LocalStack itself: whether it answers, and whether its functions find what they need."""

import io
import json
import textwrap
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from infra.local.localstack.aws import client
from infra.local.localstack.stage import STAGE, LocalStackFailed

TIMEOUT_S = 10.0
FUNCTION_TIMEOUT_S = 20
PROBE = f"mara-{STAGE}-probe"
ROLE = "arn:aws:iam::000000000000:role/probe"
CODE = textwrap.dedent("""
    import os, socket

    def reaches(host, port):
        try:
            socket.create_connection((host, port), 3).close()
        except OSError:
            return False
        return True

    def handler(event, context):
        missing = [name for name, host, port in event["servers"] if not reaches(host, port)]
        return {"layers": os.path.isdir("/opt/python/mara"), "unreachable": missing}
    """)

Server = tuple[str, str, int]
"""Its name in messages, the host and the port at which functions reach it."""


def version(url: str) -> str:
    """Return the version of the LocalStack at ``url``. Raises LocalStackFailed."""
    try:
        answer = httpx.get(f"{url}/_localstack/health", timeout=TIMEOUT_S, trust_env=False)
        known = answer.raise_for_status().json()
        return f"{known['version']} ({known['edition']})"
    except httpx.TransportError as error:
        raise LocalStackFailed(f"No server answers at {url}: start LocalStack 4.8.") from error
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError) as error:
        raise LocalStackFailed(f"The server at {url} is not LocalStack.") from error


def check_functions(url: str, layers: Path, servers: Sequence[Server]) -> None:
    """Run a function that looks for the layers and connects to ``servers``.

    Raises LocalStackFailed, which names what is missing.
    """
    functions = client(url, "lambda", read_timeout_s=120)
    _delete(functions)
    try:
        found = _invoke(functions, servers)
    finally:
        _delete(functions)
    if not found["layers"]:
        raise LocalStackFailed(
            f"Functions do not find the layers: LocalStack's free edition ignores layers. Start it "
            f'with LAMBDA_DOCKER_FLAGS="-v {layers}:/opt/python:ro", or name the folder that it '
            "mounts there: --layers DIR"
        )
    if found["unreachable"]:
        missing = [f"{n} at {h}:{p}" for n, h, p in servers if n in found["unreachable"]]
        raise LocalStackFailed(
            f"Functions in containers cannot reach {', '.join(missing)}: does a firewall reject "
            "connections from Docker's networks to this machine?"
        )


def _invoke(functions: Any, servers: Sequence[Server]) -> Any:
    try:
        functions.create_function(
            FunctionName=PROBE,
            Runtime="python3.11",
            Handler="probe.handler",
            Role=ROLE,
            Timeout=FUNCTION_TIMEOUT_S,
            Code={"ZipFile": _zip()},
        )
        functions.get_waiter("function_active_v2").wait(FunctionName=PROBE)
        payload = json.dumps({"servers": servers}).encode()
        answer = functions.invoke(FunctionName=PROBE, Payload=payload)
    except (BotoCoreError, ClientError, WaiterError) as error:
        reason = "its log names the cause; functions need a container engine and Lambda's image"
        raise LocalStackFailed(f"LocalStack does not run functions ({reason}): {error}") from error
    said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise LocalStackFailed(f"The function that checks the layers failed: {said}")
    return said


def _delete(functions: Any) -> None:
    try:
        functions.delete_function(FunctionName=PROBE)
    except functions.exceptions.ResourceNotFoundException:
        return
    except (BotoCoreError, ClientError) as error:
        raise LocalStackFailed(f"LocalStack's Lambda service does not answer: {error}") from error


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("probe.py", CODE)
    return buffer.getvalue()
