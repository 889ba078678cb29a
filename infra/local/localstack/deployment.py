"""Deploys the built template with the SAM CLI, scans the chains once, and waits for readiness."""

import json
import time
from collections.abc import Mapping
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.localstack import programs, stacks
from infra.local.localstack.aws import client, environment
from infra.local.localstack.build import find_sam
from infra.local.localstack.stage import STAGE, Choices, LocalStackFailed
from infra.local.settings import state_dir

DEPLOY_TIMEOUT_S = 1800
READY_TIMEOUT_S = 180.0
REQUEST_TIMEOUT_S = 60.0
POLL_S = 1.0


def deploy(choices: Choices, parameters: Mapping[str, str]) -> None:
    """Create or update the stack with `sam deploy`. Raises LocalStackFailed."""
    stacks.settle(choices.url)
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    try:
        programs.run(
            [find_sam(), "deploy", "--config-env", STAGE, "--parameter-overrides", *overrides],
            env=environment(choices.url),
            log=state_dir() / "sam-deploy.log",
            limit_s=DEPLOY_TIMEOUT_S,
            progress=lambda: stacks.progress(choices.url),
        )
    except LocalStackFailed as error:
        raise LocalStackFailed("\n".join([str(error), *stacks.failures(choices.url)])) from error


def api_url(url: str) -> str | None:
    """Return the URL of the deployed API; None while the stack is not complete."""
    stack = stacks.find(url)
    if stack is None or stack["StackStatus"] not in stacks.COMPLETE:
        return None
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    return f"{url}/_aws/execute-api/{outputs['ApiId']}/{STAGE}"


def scan_chains(url: str, networks: list[str]) -> None:
    """Scan each network now: before its first scan, no wallet can be created on a chain.

    A scan that fails is tried again, since a cold function has seconds to connect. Raises
    LocalStackFailed.
    """
    functions = client(url, "lambda", read_timeout_s=180)
    for network in networks:
        give_up_at = time.monotonic() + READY_TIMEOUT_S
        while (failure := _scan(functions, network)) is not None:
            if time.monotonic() > give_up_at:
                raise LocalStackFailed(f"The scan of {network} failed: {failure}")
            programs.report(f"{network}: {failure}")
            time.sleep(POLL_S)


def _scan(functions: Any, network: str) -> str | None:
    """Invoke the scan; None, or why it failed."""
    payload = json.dumps({"network": network}).encode()
    try:
        answer = functions.invoke(FunctionName=f"mara-{STAGE}-scan-chain", Payload=payload)
    except (BotoCoreError, ClientError) as error:  # such as a read timeout
        return str(error)
    if "FunctionError" not in answer:
        return None
    said = json.loads(answer["Payload"].read())
    return str(said.get("errorMessage", said))


def wait_until_ready(api: str) -> str:
    """Wait until every dependency of the API is up; return the states. Raises LocalStackFailed."""
    give_up_at = time.monotonic() + READY_TIMEOUT_S
    while True:
        text, is_ready = readiness(api)
        if is_ready:
            return text
        if time.monotonic() > give_up_at:
            raise LocalStackFailed(f"{api}/api/v1/health/ready: {text}")
        programs.report(text)
        time.sleep(POLL_S)


def readiness(api: str) -> tuple[str, bool]:
    """Return a line on every dependency, and whether all are up."""
    try:
        answer = httpx.get(f"{api}/api/v1/health/ready", timeout=REQUEST_TIMEOUT_S, trust_env=False)
        body: dict[str, Any] = answer.json()
        states = [(name, check["state"]) for name, check in body["checks"].items()]
        status: str = body["status"]
    except (httpx.TransportError, ValueError, KeyError) as error:
        return f"no answer yet ({type(error).__name__})", False
    line = ", ".join(f"{name} {state}" for name, state in states)
    # A machine without a way to the internet has no Telegram; all else works without it.
    return f"{status}: {line}", all(state == "up" for name, state in states if name != "telegram")
