"""The stage `localstack`: its folder, its ports, and the options that `up` remembers."""

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from infra.local.settings import record_port, state_dir

STAGE = "localstack"
STACK = f"mara-{STAGE}"
URL = "http://127.0.0.1:4566"
PORT_BASE = 8100
CHOICES_FILE = "choices.json"


class LocalStackFailed(RuntimeError):
    """A step of `mara localstack` failed; the text says why and what to do."""


@dataclass(frozen=True)
class Choices:
    """The options of `mara localstack up`."""

    url: str = URL
    uses_compose: bool = True
    """Whether LocalStack, PostgreSQL and Ollama are containers of infra/local/compose.yaml."""
    port_base: int = PORT_BASE
    """The first of the ports of the stage's own servers."""
    layers: str = ""
    """The absolute path of the merged layers; empty for ``layers`` in the stage's folder."""

    @property
    def layers_dir(self) -> Path:
        """The folder that LocalStack mounts into every function at /opt/python."""
        return Path(self.layers) if self.layers else state_dir() / "layers"


def enter(port_base: int) -> None:
    """Make this process and its children use the folder and the ports of this stage.

    The folder is ``localstack/`` below the folder of the local cloud. A second call is harmless.
    """
    os.environ.update({"MARA_HOME": str(_stage_dir()), "MARA_PORT_BASE": str(port_base)})


def remember(choices: Choices) -> None:
    """Save the options and the first port in the stage's folder, for later commands."""
    record_port()
    (state_dir() / CHOICES_FILE).write_text(json.dumps(asdict(choices)), "utf-8")


def remembered() -> Choices | None:
    """Enter the stage, and return the options of the latest `up`.

    Returns None without entering it if there was none. Options of another version of MARA that
    this one does not know are ignored.
    """
    try:
        saved = json.loads((_stage_dir() / CHOICES_FILE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    known = {field.name for field in fields(Choices)}
    choices = Choices(**{name: value for name, value in saved.items() if name in known})
    enter(choices.port_base)
    return choices


def _stage_dir() -> Path:
    """The folder of the stage, whether it was entered or not."""
    folder = state_dir()
    return folder if folder.name == STAGE else folder / STAGE
