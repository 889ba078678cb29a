"""The folder, the ports and the generated secrets of the local cloud."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.local.supervisor_process import supervisor_of

ROOT = Path(__file__).parents[2]
DEFAULT_HOME = ROOT / ".mara"
DEFAULT_PORT = 8000
PORT_FILE = "port"
REGION = "eu-west-1"
"""Of the AWS emulator."""
SECRET_HEADER = "x-mara-front-door"  # noqa: S105 - a name
"""Proves to the emulator that the front door checked a request."""
STATUS_PATH = "/_mara/status"
"""Of the front door; no route of the API has this path."""
STAGE = "local"
DATABASE = "mara"
GATEWAY_FILE = "gateway.json"
"""Of the front door: the API of the latest deployment."""
REQUEST_FILE = "deployment.json"
"""The latest deployment, for the supervisor to repeat; it holds no secret."""
SERVERS_FILE = "servers.json"
"""Of the supervisor: the state of each server."""


@dataclass(frozen=True)
class Ports:
    """The port of the proxy, and those of the other servers, which follow it."""

    front: int
    emulator: int
    postgres: int
    model: int
    arbitrum: int
    tron_node: int
    tron: int
    aptos: int
    telegram: int


@dataclass(frozen=True)
class Secrets:
    """Generated once, kept in a file that only its owner can read."""

    token_secret: str
    postgres_password: str
    owner_password: str
    app_password: str
    demo_password: str
    emulator_secret: str
    """The secret access key with which requests to the AWS emulator are signed."""
    local_key: str
    """64 hexadecimal digits: the key that wraps the data keys of this machine."""
    trial_key: str
    """The key of the hashes that remember who has used a trial."""
    scrape_token: str
    """The token with which Prometheus reads the metrics."""


def state_dir() -> Path:
    """Return ``.mara/`` of the checkout, or MARA_HOME; create it where it is missing."""
    folder = Path(os.environ.get("MARA_HOME") or DEFAULT_HOME).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ports() -> Ports:
    """Return the ports of the stack: those at which it runs, whatever MARA_PORT_BASE says.

    A stack that is down is started at MARA_PORT_BASE, else where it was started last.
    """
    home = state_dir()
    recorded = recorded_port(home)
    if recorded is not None and supervisor_of(home) is not None:
        first = recorded
    else:
        first = named_port() or recorded or DEFAULT_PORT
    return Ports(*range(first, first + len(Ports.__dataclass_fields__)))


def named_port() -> int | None:
    """Return MARA_PORT_BASE; None where it is not set. Raises RuntimeError if it is no number."""
    named = os.environ.get("MARA_PORT_BASE")
    if named and not named.isdecimal():
        raise RuntimeError(f"MARA_PORT_BASE must be the number of a port, not {named!r}.")
    return int(named) if named else None


def record_port() -> None:
    """Keep the first port in the stack's folder, for commands that are told the folder only."""
    (state_dir() / PORT_FILE).write_text(f"{ports().front}\n", "utf-8")


def recorded_port(folder: Path) -> int | None:
    """Return the first port of the stack in ``folder``; None where it was never started."""
    try:
        return int((folder / PORT_FILE).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def load_secrets(folder: Path | None = None) -> Secrets:
    """Read the secrets of this stack, or of the one in ``folder``; generate missing ones."""
    path = (folder or state_dir()) / "secrets.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if known.keys() >= Secrets.__dataclass_fields__.keys():
        return Secrets(**known)
    fresh = {name: secrets.token_urlsafe(32) for name in Secrets.__dataclass_fields__}
    drawn = Secrets(**{**fresh, "local_key": secrets.token_hex(32), **known})
    _write_private(path, json.dumps(asdict(drawn), indent=2))
    return drawn


def keep_token_secrets(text: str) -> None:
    """Keep the token secrets as ``mara secrets rotate tokens`` left them."""
    keep_private("token-secrets.json", text)


def rotated_token_secrets() -> str | None:
    """Return the token secrets of the latest rotation; None if there was none."""
    return kept_private("token-secrets.json")


def keep_private(name: str, text: str) -> None:
    """Keep a secret in a file of the stack's folder."""
    _write_private(state_dir() / name, text)


def kept_private(name: str) -> str | None:
    """Return what a file of the stack's folder keeps; None where there is none."""
    try:
        return (state_dir() / name).read_text("utf-8")
    except FileNotFoundError:
        return None


def front_url() -> str:
    """Return the URL of the proxy, where the API is."""
    return f"http://localhost:{ports().front}"


def _write_private(path: Path, text: str) -> None:
    """Write atomically, to a file that is never readable by others."""
    staging = path.with_suffix(".new")
    staging.unlink(missing_ok=True)
    with os.fdopen(os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    staging.rename(path)
