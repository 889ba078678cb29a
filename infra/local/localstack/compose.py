"""The containers of infra/local/compose.yaml: LocalStack, PostgreSQL, and Ollama if asked for."""

import os
import subprocess
from pathlib import Path

from infra.local.localstack import programs
from infra.local.localstack.stage import LocalStackFailed
from infra.local.settings import ROOT, load_secrets, state_dir

FILE = ROOT / "infra" / "local" / "compose.yaml"
POSTGRES_PORT = 5432
MODEL = "qwen3:4b"
MODEL_URL = "http://ollama:11434"
CONTEXT_TOKENS = 8192
UP_TIMEOUT_S = 3600
"""The first start pulls images and a model, gigabytes together."""
DOWN_TIMEOUT_S = 120


def model() -> str:
    """Return the name of the model that the container of Ollama pulls and serves."""
    return os.environ.get("MARA_MODEL", MODEL)


def up(layers: Path, *, with_model: bool) -> None:
    """Start the containers and wait until all are healthy. Raises LocalStackFailed."""
    profile = ["--profile", "model"] if with_model else []
    _compose([*profile, "up", "--detach", "--wait"], layers, UP_TIMEOUT_S)


def down(layers: Path, *, with_volumes: bool) -> None:
    """Stop and remove the containers; ``with_volumes`` their data too. Raises LocalStackFailed."""
    volumes = ["--volumes"] if with_volumes else []
    _compose(["--profile", "model", "down", *volumes], layers, DOWN_TIMEOUT_S)


def _compose(arguments: list[str], layers: Path, limit_s: float) -> None:
    probe = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if probe.returncode != 0:
        raise LocalStackFailed(
            "Docker Compose 2 is missing: https://docs.docker.com/compose/install/ or deploy to a "
            "LocalStack that runs already: mara localstack up --url URL"
        )
    secrets = load_secrets()
    own = {
        "MARA_POSTGRES_PASSWORD": secrets.postgres_password,
        "MARA_OWNER_PASSWORD": secrets.owner_password,
        "MARA_APP_PASSWORD": secrets.app_password,
        "MARA_LAYERS": str(layers),
        "MARA_MODEL": model(),
    }
    programs.run(
        ["docker", "compose", "--progress", "plain", "--file", FILE, *arguments],
        env={**os.environ, **own},
        log=state_dir() / "compose.log",
        limit_s=limit_s,
    )
