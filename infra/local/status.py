"""`mara status`: which stack runs, where, and the state of each of its servers."""

import json
from dataclasses import dataclass
from typing import Any

from infra.local import lifecycle, probe
from infra.local.chains import servers as chains
from infra.local.emulator import process as emulator
from infra.local.postgres import PROBE_TIMEOUT_S
from infra.local.settings import REQUEST_FILE, front_url, load_secrets, ports, state_dir
from infra.local.stacks import command
from infra.local.supervision import UP


@dataclass(frozen=True, slots=True)
class StackStatus:
    """What `mara status` prints, and whether every server that the API needs is up."""

    is_up: bool
    text: str


def describe() -> StackStatus:
    """Ask the supervisor's record and each server itself; takes a few seconds at most."""
    pid, stack = lifecycle.running_pid(), f"the stack in {state_dir()}"
    if pid is None:
        return StackStatus(False, f"down: {stack}. Start it with `{command('make up')}`")
    answering = {
        "front door": (ports().front, lifecycle.is_running()),
        "emulator": (
            ports().emulator,
            emulator.answers(ports().emulator, load_secrets().emulator_secret),
        ),
        "database": (ports().postgres, database_answers()),
    }
    known = lifecycle.server_states()
    if "telegram" in known:
        answering["telegram"] = (ports().telegram, probe.listens(ports().telegram))
    if "language model" in known:
        answering["language model"] = (ports().model, probe.listens(ports().model))
    lines = [
        f"  {name:<15} 127.0.0.1:{port}  {_state(known.get(name, {}), answers=answers)}"
        for name, (port, answers) in answering.items()
    ]
    runs = all(
        answers and known.get(name, {}).get("state") == UP
        for name, (_, answers) in answering.items()
    )
    is_deployed = lifecycle.is_deployed()
    head = "degraded" if not runs else "up" if is_deployed else "starting"
    address = f"{head}: {front_url()} ({stack}, process {pid})"
    links = ", ".join(f"{name} {place}" for name, place in chains.describe().items())
    end = [f"  {'model':<15} {_language_model()}", f"chains: {links}"]
    return StackStatus(runs and is_deployed, "\n".join([address, *lines, *end]))


def database_answers() -> bool:
    """Whether it takes connections: one that shuts down listens, too, and refuses them."""
    import psycopg

    from infra.local.migrate import owner_url

    try:
        psycopg.connect(owner_url(), connect_timeout=PROBE_TIMEOUT_S).close()
    except psycopg.OperationalError:
        return False
    return True


def _state(known: dict[str, Any], *, answers: bool) -> str:
    state = str(known.get("state", "not started"))
    if not answers and state == UP:
        state = "does not answer"
    again = "started again after it " if state == UP else ""
    return "; ".join([state, *(f"{again}ended at {end}" for end in known.get("ended", []))])


def _language_model() -> str:
    """Return the model of the deployed functions and its address."""
    try:
        known = json.loads((state_dir() / REQUEST_FILE).read_text("utf-8"))["request"]
    except FileNotFoundError:
        return "not deployed yet"
    given = {p["ParameterKey"]: p["ParameterValue"] for p in known["Parameters"]}
    if not given.get("OllamaUrl"):
        return "none: agents quote"
    return f"{given['LanguageModel']} at {given['OllamaUrl']}"
