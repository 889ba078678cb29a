"""The variables of .env.example that no settings class has, and reading .env."""

import os
from dataclasses import dataclass

from infra.local.settings import ROOT


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable; ``value`` is its default, empty where it has none."""

    name: str
    value: str
    meaning: str


OF_THE_LOCAL_CLOUD = (
    Variable("MARA_HOME", ".mara", "The folder of the stack: database, files, secrets, logs."),
    Variable(
        "MARA_PORT_BASE",
        "8000",
        "The port of the API; the other servers have the ports after it.",
    ),
    Variable(
        "MARA_SEARCH",
        "postgres",
        "The search engine, postgres or opensearch; opensearch needs MARA_OPENSEARCH_URL.",
    ),
    Variable("MARA_OPENSEARCH_URL", "", "The URL of an OpenSearch cluster."),
    Variable(
        "MARA_OLLAMA_URL",
        "",
        "The URL of an Ollama server; it replaces OLLAMA_HOST. Agents in mode generate and the "
        "judge of search ask it instead of the small model that is built in.",
    ),
    Variable("MARA_LANGUAGE_MODEL", "", "A model of this server; the default is its first one."),
    Variable(
        "MARA_RERANKER",
        "features",
        "What orders the best passages: features, ollama or cross-encoder; cross-encoder needs "
        "container images.",
    ),
    Variable(
        "MARA_RERANKER_MODEL",
        "",
        "The cross-encoder, or a model of the Ollama server that judges; the default is "
        "MARA_LANGUAGE_MODEL.",
    ),
    Variable("MARA_RERANKER_TIMEOUT_S", "5", "Seconds in which the judge must answer, 1 to 20."),
    Variable("MARA_OCR", "", "tesseract recognises scanned pages; it needs container images."),
    Variable("MARA_APP_URL", "", "The URL of the frontend, for links in e-mails."),
    Variable(
        "MARA_PUBLIC_URL",
        "",
        "The URL at which Telegram reaches this API, such as that of a tunnel; the default is the "
        "address on this machine, which serves for a simulated Telegram.",
    ),
    Variable(
        "MARA_TELEGRAM_API_URL",
        "",
        "The URL of the Bot API server, https://api.telegram.org for real bots; the default is "
        "the simulated Telegram of this machine.",
    ),
    Variable("MARA_LOKI_URL", "", "The URL of a Loki that gets all log lines of the functions."),
    Variable("MARA_LOKI_TENANT", "", "Its header X-Scope-OrgID, for a Loki with tenants."),
    Variable(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        "The URL of an OpenTelemetry collector that gets a span of each event by OTLP over HTTP.",
    ),
    Variable("MARA_CORS_ORIGINS", "", "Origins of browsers, separated by commas."),
    Variable("MARA_MODEL", "qwen3:4b", "The model that Ollama pulls for `mara localstack up`."),
    Variable("MARA_ANVIL", "", "The anvil program, if it is not to be installed from npm."),
    Variable(
        "MARA_BLOCK_S",
        "2",
        "Seconds between two blocks of the local Arbitrum and Tron; 0 starts them paused.",
    ),
    Variable("MARA_ARBITRUM_FINAL_S", "20", "Seconds after which a local block is final, at most."),
    Variable("MARA_TRON_FINAL_S", "10", "The same, on the local Tron."),
    Variable(
        "MARA_BACKUP_PASSPHRASE",
        "",
        "The passphrase of `mara backup` and `mara restore`; without it they ask for it.",
    ),
    Variable("MARA_ACCESS_TOKEN_MINUTES", "30", "How long an access token is valid, in minutes."),
    Variable("MARA_REFRESH_TOKEN_DAYS", "30", "How long a refresh token is valid, in days."),
)
"""What `make up` reads; everything else that a function needs is generated."""

OF_THE_EARLIER_PROGRAM = (
    Variable(
        "DB_HOST",
        "",
        "Also DB_PORT, DB_USER, DB_PASS, DB_NAME. Not read: `make up` starts PostgreSQL with "
        "generated passwords. Another stage has one URL in its secret `database` "
        "(`mara secrets put --stage STAGE database`).",
    ),
    Variable(
        "SECRET_KEY",
        "",
        "Not read: `make up` draws the secret that signs tokens. Another stage draws it with "
        "`mara secrets rotate --stage STAGE tokens`.",
    ),
    Variable(
        "ACCESS_TOKEN_EXPIRE_MINUTES",
        "30",
        "Read, as MARA_ACCESS_TOKEN_MINUTES; the template's parameter is AccessTokenMinutes.",
    ),
    Variable(
        "OLLAMA_HOST",
        "",
        "Read, such as localhost: agents in mode generate use this Ollama server instead of the "
        "small model that is built in. The template's parameter is OllamaUrl.",
    ),
    Variable("OLLAMA_PORT", "11434", "Read, if OLLAMA_HOST names no port."),
    Variable(
        "WALLET_ENCRYPTION_KEY",
        "",
        "Not read: seeds are encrypted with data keys that AWS KMS wraps (decision 0014); the "
        "local stage wraps them with a key that `make up` draws.",
    ),
    Variable(
        "TELEGRAM_BOT_TOKEN",
        "",
        "Read: the bot that sends notices to users; the default is one of the simulated Telegram. "
        "Another stage has it in its secret `telegram-bot` and the parameter PlatformBot=yes.",
    ),
    Variable(
        "REDIS_HOST",
        "",
        "Also CELERY_BROKER_URL. Not read: queues are SQS, and limits stand in PostgreSQL "
        "(decision 0020).",
    ),
)
"""The names of the customer's earlier program."""


def load_env_file() -> None:
    """Add the variables of .env to the environment; those that are set there already win."""
    path = ROOT / ".env"
    if not path.exists():
        return
    from dotenv import dotenv_values

    for name, value in dotenv_values(path).items():
        if value:
            os.environ.setdefault(name, value)
