"""Runs `sam local` so that its containers reach the local cloud's database and emulator.

    .venv/bin/mara up && sam build && .venv/bin/python -m infra.local.sam_local start-api

Containers reach this machine at the bridge's address only, where no server of MARA listens. While
the command runs, that address is forwarded to the servers on loopback, and at no other time.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

from infra.local import deploy
from infra.local.aws import ACCESS_KEY
from infra.local.bridge import BridgeFailed, bridge_address, forward
from infra.local.settings import REGION, ROOT, STAGE, load_secrets, ports, state_dir

HOST = "host.docker.internal"
BUILD = ROOT / ".aws-sam" / "build"


class SamLocalFailed(RuntimeError):
    """A program or a build is missing; the text says what to do."""


def main(arguments: Sequence[str], build: Path = BUILD) -> int:
    """Run ``sam local <arguments>`` to its end; return its exit status.

    Raises SamLocalFailed, BridgeFailed.
    """
    sam = shutil.which("sam")
    if sam is None:
        raise SamLocalFailed("The SAM CLI is missing: pipx install aws-sam-cli")
    command, *rest = arguments
    options = {
        "--template-file": write_template(build),
        "--env-vars": write_environment(),
        "--add-host": f"{HOST}:host-gateway",
    }
    flat = [str(part) for option in options.items() for part in option]
    return asyncio.run(_run([sam, "local", command, *flat, *rest], bridge_address()))


def write_template(build: Path) -> Path:
    """Write the built template with a variable for the endpoint, which AWS does not need.

    `sam local` passes on only the variables that a template declares.
    """
    built = build / "template.yaml"
    if not built.exists():
        raise SamLocalFailed("Nothing is built yet: run `sam build` first.")
    template = yaml_parse(built.read_text("utf-8"))
    template["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = ""
    path = build / "local.json"
    path.write_text(json.dumps(template), "utf-8")
    return path


def write_environment() -> Path:
    """Write the variables of the local stage, with addresses that containers can reach."""
    secrets = deploy.secret_values()
    given = deploy.parameters(secrets)
    variables = {
        "MARA_STAGE": STAGE,
        "MARA_AUDIT_BUCKET": f"mara-{STAGE}-audit-anchors",
        "MARA_BUCKET": f"mara-{STAGE}-documents",
        # `sam local` resolves no reference to a secret; the token secrets are read at run time.
        "MARA_DATABASE_URL": secrets["database"].replace("127.0.0.1", HOST),
        "MARA_LOCAL_KEYS": secrets["local-keys"],
        "MARA_CHAINS": secrets["chains"].replace("127.0.0.1", HOST),
        "MARA_TRIAL_KEY": secrets["trials"],
        "MARA_SCRAPE_TOKEN": secrets["scrape"],
        "MARA_OPENSEARCH_PASSWORD": "",
        "MARA_KEYS": given["Keys"],
        "MARA_CORS_ORIGINS": given["CorsOrigins"],
        "MARA_REQUESTS_PER_MINUTE_USER": given["RequestsPerMinuteUser"],
        "MARA_REQUESTS_PER_MINUTE_ADDRESS": given["RequestsPerMinuteAddress"],
        "MARA_BCRYPT_COST": given["BcryptCost"],
        "AWS_ENDPOINT_URL": f"http://{HOST}:{ports().emulator}",
    }
    path = state_dir() / "sam-local.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({"Parameters": variables}), "utf-8")
    return path


async def _run(command: Sequence[str], address: str) -> int:
    where = ports()
    async with contextlib.AsyncExitStack() as stack:
        for port in (where.emulator, where.postgres, where.arbitrum, where.tron, where.aptos):
            await stack.enter_async_context(await forward(address, port))
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=_sam_environment(), start_new_session=True
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            # SAM removes its containers at the end.
            loop.add_signal_handler(number, process.terminate)
        return await process.wait()


def _sam_environment() -> dict[str, str]:
    secret = load_secrets().emulator_secret
    emulated = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": secret}
    region = {"AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
    return {**os.environ, **emulated, **region, "SAM_CLI_TELEMETRY": "0"}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:] or ["start-api"]))
    except (SamLocalFailed, BridgeFailed) as failure:
        sys.exit(f"mara: {failure}")
