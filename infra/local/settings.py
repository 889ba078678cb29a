"""The folder, the ports and the generated secrets of the local cloud."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEFAULT_PORT = 8000
STAGE = "local"
DATABASE = "mara"


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


@dataclass(frozen=True)
class Secrets:
    """Generated once, kept in a file that only its owner can read."""

    token_secret: str
    postgres_password: str
    owner_password: str
    app_password: str
    demo_password: str
    local_key: str
    """64 hexadecimal digits: the key that wraps the data keys of this machine."""


def state_dir() -> Path:
    """Return ``.mara/`` of the checkout, or MARA_HOME; create it where it is missing."""
    folder = Path(os.environ.get("MARA_HOME", ROOT / ".mara")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ports() -> Ports:
    """Return the ports, counted from MARA_PORT_BASE."""
    first = int(os.environ.get("MARA_PORT_BASE", DEFAULT_PORT))
    return Ports(*range(first, first + len(Ports.__dataclass_fields__)))


def load_secrets() -> Secrets:
    """Read the secrets; generate those that are missing."""
    path = state_dir() / "secrets.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if known.keys() >= Secrets.__dataclass_fields__.keys():
        return Secrets(**known)
    fresh = {name: secrets.token_urlsafe(32) for name in Secrets.__dataclass_fields__}
    drawn = Secrets(**{**fresh, "local_key": secrets.token_hex(32), **known})
    _write_private(path, json.dumps(asdict(drawn), indent=2))
    return drawn


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
