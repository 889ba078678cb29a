"""What functions need of the outside: where the database, chains and model are, and the secrets."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from infra.local import language_model, secret_store
from infra.local.chains import servers as chains
from infra.local.localstack import compose
from infra.local.localstack.server import Server
from infra.local.localstack.stage import STAGE, Choices
from infra.local.settings import DATABASE, load_secrets, ports

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Needs:
    """The addresses are those at which functions in containers reach the servers."""

    bridge: str
    choices: Choices

    @property
    def database(self) -> tuple[str, int]:
        """The host and the port of PostgreSQL."""
        if self.choices.uses_compose:
            return "postgres", compose.POSTGRES_PORT
        return self.bridge, ports().postgres

    @property
    def owner_url(self) -> str:
        """The URL of the database for the owner of its tables, from this machine."""
        port = compose.POSTGRES_PORT if self.choices.uses_compose else ports().postgres
        login = f"mara_owner:{load_secrets().owner_password}"
        return f"postgresql://{login}@127.0.0.1:{port}/{DATABASE}"

    @property
    def runs_ollama(self) -> bool:
        """Whether compose serves the model: OLLAMA_HOST names no server that answers."""
        return self.choices.uses_compose and language_model.own_ollama() is None

    def model_parameters(self) -> dict[str, str]:
        """Return the template's parameters for the language model; empty where there is none."""
        if self.runs_ollama:
            return {
                "OllamaUrl": compose.MODEL_URL,
                "LanguageModel": compose.model(),
                "ContextTokens": str(compose.CONTEXT_TOKENS),
            }
        known = language_model.parameters()
        return (
            {**known, "OllamaUrl": seen_from_containers(known["OllamaUrl"], self.bridge)}
            if known
            else {}
        )

    def forwarded_ports(self) -> list[int]:
        """Return the ports of loopback, besides those of the stage, that functions need."""
        own = language_model.own_ollama()
        if own is None or urlsplit(own[0]).hostname not in LOOPBACK:
            return []
        return [urlsplit(own[0]).port or 80]

    def secret_values(self) -> dict[str, str]:
        """Return the secrets that functions read but those of tokens, by name."""
        host, port = self.database
        login = f"mara_app:{load_secrets().app_password}"
        known: Mapping[str, Any] = chains.settings()
        networks = {
            name: {**own, "urls": [seen_from_containers(url, self.bridge) for url in own["urls"]]}
            for name, own in known.items()
        }
        return {
            "database": f"postgresql://{login}@{host}:{port}/{DATABASE}",
            "chains": json.dumps(networks),
            "trials": load_secrets().trial_key,
            "scrape": load_secrets().scrape_token,
        }

    def servers(self, secrets: Mapping[str, str]) -> Sequence[Server]:
        """Return what functions must be able to connect to."""
        found: list[Server] = [("PostgreSQL", *self.database)]
        urls = {name: own["urls"][0] for name, own in json.loads(secrets["chains"]).items()}
        if model := self.model_parameters():
            urls["the language model"] = model["OllamaUrl"]
        for name, url in urls.items():
            parts = urlsplit(url)
            found.append((name, str(parts.hostname), parts.port or 80))
        return found


def seen_from_containers(url: str, bridge: str) -> str:
    """Return the URL with the bridge's address in place of loopback."""
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK:
        return url
    return parts._replace(netloc=f"{bridge}:{parts.port or 80}").geturl()


def write_secrets(store: Any, values: Mapping[str, str]) -> str:
    """Write what differs and draw a first token secret; ``store`` is a Secrets Manager client.

    Returns the value of the template's parameter SecretsRevision.
    """
    secret_store.put_missing(store, STAGE, values)
    try:
        secret_store.get(store, STAGE, secret_store.TOKENS)
    except secret_store.SecretMissing:
        secret_store.draw_tokens(store, STAGE)
    return sha256(json.dumps(dict(values)).encode()).hexdigest()[:12]
