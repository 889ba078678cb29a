"""The stage `localstack`: its folder, its ports, and the options that `up` remembers."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.local.settings import record_port, state_dir

STAGE = "localstack"
STACK = f"mara-{STAGE}"
URL = "http://127.0.0.1:4566"
PORT_BASE = 8100


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
    """The folder of the merged layers; empty for ``layers`` in the stage's folder."""

    @property
    def layers_dir(self) -> Path:
        """The folder that LocalStack mounts into every function at /opt/python."""
        return Path(self.layers).resolve() if self.layers else state_dir() / "layers"


def enter(port_base: int) -> None:
    """Let this process and its children use the folder and the ports of this stage.

    The folder is ``localstack`` in that of the local cloud, which keeps its own.
    """
    folder = state_dir()
    own = folder if folder.name == STAGE else folder / STAGE
    os.environ.update({"MARA_HOME": str(own), "MARA_PORT_BASE": str(port_base)})


def remember(choices: Choices) -> None:
    """Write the options for later commands."""
    record_port()
    (state_dir() / "choices.json").write_text(json.dumps(asdict(choices)), "utf-8")


def remembered() -> Choices | None:
    """Return the options of the latest `up`, and enter its stage; None if there was none."""
    enter(PORT_BASE)
    try:
        choices = Choices(**json.loads((state_dir() / "choices.json").read_text("utf-8")))
    except FileNotFoundError:
        return None
    enter(choices.port_base)
    return choices
