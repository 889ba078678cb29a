"""`mara localstack up`, `down` and `status`."""

import shutil

from infra.local import language_model
from infra.local.bridge import bridge_address
from infra.local.chains import servers as chains
from infra.local.localstack import build, compose, deployment, processes, server
from infra.local.localstack.aws import client
from infra.local.localstack.needs import Needs, write_secrets
from infra.local.localstack.stage import (
    STAGE,
    Choices,
    LocalStackFailed,
    enter,
    remember,
    remembered,
)
from infra.local.migrate import upgrade
from infra.local.progress import step
from infra.local.settings import state_dir


def up(choices: Choices) -> str:
    """Bring LocalStack, its servers and the deployment up to date; a second time is harmless.

    Returns the text that the command ends with. Raises RuntimeError with a remedy.
    """
    enter(choices.port_base)
    with step("looking for Docker, the SAM CLI and anvil"):
        needs = Needs(bridge_address(), choices)
        build.find_sam()
        missing = chains.install()
        if not choices.uses_compose:
            server.version(choices.url)
    with step("building functions and layers: sam build"):
        build.build()
        build.merge_layers(choices.layers_dir)
    remember(choices)  # before anything starts, so that `down` stops it if a later step fails
    if choices.uses_compose:
        with step("starting the containers: docker compose up"):
            compose.up(choices.layers_dir, with_model=needs.runs_ollama)
    with step("starting the servers that functions connect to"):
        processes.start(_options(needs), needs.owner_url)
        chains.prepare()
    with step("migrating the database"):
        upgrade(needs.owner_url)
    values = needs.secret_values()
    with step("running a function that looks for the layers and connects to the servers"):
        server.check_functions(choices.url, choices.layers_dir, needs.servers(values))
    with step("writing the secrets to Secrets Manager"):
        revision = write_secrets(client(choices.url, "secretsmanager"), values)
    with step("deploying: sam deploy, some six minutes the first time"):
        given = {"Stage": STAGE, "SecretsRevision": revision, **needs.model_parameters()}
        deployment.deploy(choices, given)
    api = _api(choices)
    with step("scanning the chains, and waiting for all parts of /health/ready"):
        deployment.scan_chains(choices.url, list(chains.settings()))
        ready = deployment.wait_until_ready(api)
    off = f"\nArbitrum and Tron are off; everything else works. {missing}" if missing else ""
    unused = language_model.unused_server()
    return _welcome(api, ready) + off + (f"\n{unused} It is not used." if unused else "")


def down(*, delete_data: bool) -> str:
    """Stop what `up` started; a LocalStack named by ``--url`` runs on. Returns what to print."""
    choices = remembered()
    if choices is None:
        return "nothing was deployed to LocalStack"
    stopped = processes.stop()
    if choices.uses_compose:
        compose.down(choices.layers_dir, with_volumes=delete_data)
    if delete_data:
        shutil.rmtree(state_dir())
    kept = "its data is deleted" if delete_data else "the data of PostgreSQL and chains is kept"
    if not choices.uses_compose:
        kept += f"; LocalStack at {choices.url} and what is deployed to it are left as they are"
    return f"{'stopped' if stopped else 'nothing was running'}: {kept}"


def status() -> tuple[str, bool]:
    """Return a text on LocalStack, the servers and the API, and whether all of them work."""
    choices = remembered()
    if choices is None:
        return "not deployed: .venv/bin/mara localstack up", False
    lines, works = [], True
    try:
        lines.append(f"LocalStack {server.version(choices.url)} at {choices.url}")
    except LocalStackFailed as error:
        return f"{error} Then: .venv/bin/mara localstack up", False
    pid = processes.running_pid()
    works = pid is not None
    lines.append(f"servers: {f'process {pid}' if pid else 'down'}")
    lines += [f"chain {name}: {place}" for name, place in chains.describe().items()]
    try:
        api = deployment.api_url(choices.url)
    except LocalStackFailed as error:
        return "\n".join([*lines, f"API: unknown: {error}"]), False
    if api is None:
        return "\n".join([*lines, "API: not deployed: .venv/bin/mara localstack up"]), False
    ready, is_ready = deployment.readiness(api)
    return "\n".join([*lines, f"API: {api}", f"ready: {ready}"]), works and is_ready


def _options(needs: Needs) -> list[str]:
    """The options of the background process."""
    choices = needs.choices
    database = [] if choices.uses_compose else ["--database"]
    ports = [str(port) for port in needs.forwarded_ports()]
    forwarded = ["--forward", *ports] if ports else []
    return ["--url", choices.url, "--bridge", needs.bridge, *database, *forwarded]


def _api(choices: Choices) -> str:
    api = deployment.api_url(choices.url)
    if api is None:
        raise LocalStackFailed("The stack is not complete: the log of sam deploy says why.")
    return api


def _welcome(api: str, ready: str) -> str:
    return f"""
MARA is deployed to LocalStack:
  {api}   (/docs  /redoc  /openapi.json; the API's paths begin with /api/v1)
  {ready}
Test USDT:    MARA_HOME={state_dir()} .venv/bin/mara faucet ADDRESS 25
State, end:   .venv/bin/mara localstack status   .venv/bin/mara localstack down"""
