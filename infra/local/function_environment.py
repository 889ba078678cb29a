"""The ``Environment`` of every function in template.yaml, from the settings that it can read.

``mara template`` writes these blocks; a test compares them.
"""

import importlib
import re
import textwrap
from functools import cache

from pydantic_settings import BaseSettings

from infra.local import gateway_responses, secret_policies
from infra.local.package import FUNCTION, load_template
from infra.local.reachability import reached
from infra.local.settings import ROOT
from mara.platform.stored_secrets import PREFIX as PREFIX_OF_SECRETS

TARGET = ROOT / "template.yaml"
SETTINGS = "mara.platform.settings"
PREFIX = "MARA_"
WIDTH = 190

VERIFIES_WHAT_IS_SET = frozenset({f"{SETTINGS}.verification"})
"""It names every group, and reads those alone whose variables the function has."""


def _secret(name: str) -> str:
    """The name of a secret, which the function reads itself (decision 0043)."""
    return f'!Sub "{PREFIX_OF_SECRETS}mara-${{Stage}}/{name}"'


EXPRESSIONS = {
    "MARA_BUCKET": '!Sub "mara-${Stage}-documents"',
    "MARA_AUDIT_BUCKET": '!Sub "mara-${Stage}-audit-anchors"',
    "MARA_CHAINS": _secret("chains"),
    "MARA_TRIAL_KEY": _secret("trials"),
    "MARA_SCRAPE_TOKEN": _secret("scrape"),
    "MARA_CONNECTION_KEY_ARN": "!GetAtt ConnectionKey.Arn",
    "MARA_EVENTS_TOPIC_ARN": "!Ref Events",
    "MARA_LOCAL_KEYS": f'!If [HasLocalKeys, {_secret("local-keys")}, "{{}}"]',
    "MARA_OPENSEARCH_PASSWORD": f'!If [HasOpenSearchUser, {_secret("opensearch")}, ""]',
    "MARA_LOKI_PASSWORD": f'!If [HasLokiUser, {_secret("loki")}, ""]',
    "MARA_OPENSEARCH_URL": "!Ref OpenSearchUrl",
    "MARA_OPENSEARCH_USER": "!Ref OpenSearchUser",
    "MARA_SEED_KEY_ARN": "!GetAtt SeedKey.Arn",
    "MARA_TELEGRAM_BOT_TOKEN": f'!If [HasPlatformBot, {_secret("telegram-bot")}, ""]',
    **{
        f"{PREFIX}{name}": "!Ref " + name.title().replace("_", "")
        for name in (
            "ACCESS_TOKEN_MINUTES",
            "ALERT_RETENTION_DAYS",
            "ALERT_STALE_HOURS",
            "APP_URL",
            "BCRYPT_COST",
            "CONTEXT_TOKENS",
            "COOKIE_DOMAIN",
            "COOKIE_SAME_SITE",
            "CORS_ORIGINS",
            "COST_PER_1000_TOKENS",
            "CREDITS_PER_DAY_USDT",
            "CREDIT_MAX_USDT",
            "EMBEDDER",
            "EMBEDDER_DIMENSIONS",
            "EMBEDDER_MODEL",
            "EMBEDDER_PASSAGE_PREFIX",
            "EMBEDDER_QUERY_PREFIX",
            "EMBEDDER_TOKENS_MAX",
            "EMBEDDER_URL",
            "KEYS",
            "LANGUAGE_MODEL",
            "LOKI_TENANT",
            "LOKI_URL",
            "LOKI_USER",
            "MAIL_FROM",
            "OCR",
            "OLLAMA_URL",
            "PUBLIC_URL",
            "REFRESH_TOKEN_DAYS",
            "RELAY_INTERVAL_S",
            "REQUESTS_PER_MINUTE_ADDRESS",
            "REQUESTS_PER_MINUTE_USER",
            "RERANKER",
            "RERANKER_MODEL",
            "RERANKER_TIMEOUT_S",
            "SEARCH",
            "SELLER_ADDRESS",
            "SELLER_EMAIL",
            "SELLER_NAME",
            "TELEGRAM_API_URL",
        )
    },
}
"""The variables that the template can set, and their values; other settings keep their defaults."""


def handler_module(code_uri: str) -> str:
    """``functions/api/auth/log_in/`` has its handler in ``functions.api.auth.log_in.handler``."""
    return f"{code_uri.strip('/').replace('/', '.')}.handler"


def settings_read(module: str) -> frozenset[type[BaseSettings]]:
    """The settings classes that the code reachable from a module can read."""
    return frozenset(
        found
        for place, name in reached(module, without=VERIFIES_WHAT_IS_SET)
        if (found := _settings_class(place, name)) is not None
    )


def variables(classes: frozenset[type[BaseSettings]]) -> set[str]:
    """The environment variables of these classes, as far as the template can set them."""
    names = {f"{PREFIX}{name.upper()}" for group in classes for name in group.model_fields}
    return names & EXPRESSIONS.keys()


def functions() -> dict[str, str]:
    """By logical id, the module of each function's handler."""
    return {
        name: handler_module(resource["Properties"]["CodeUri"])
        for name, resource in load_template()["Resources"].items()
        if resource["Type"] == FUNCTION
    }


def render(text: str) -> str:
    """The template's text with what is generated: environments, rights to secrets, responses."""
    head, marker, body = text.partition("\nResources:\n")
    entries = re.split(r"^(?=  \w)", body, flags=re.MULTILINE)
    text = head + marker + "".join(_entry(entry) for entry in entries)
    return gateway_responses.render(secret_policies.render(text))


def write() -> str:
    """Write the blocks; return the name of the file."""
    TARGET.write_text(render(TARGET.read_text("utf-8")), "utf-8")
    return TARGET.name


def _entry(entry: str) -> str:
    code = re.search(r"^      CodeUri: (\S+)\n", entry, flags=re.MULTILINE)
    if code is None:
        return entry
    kept = re.sub(r"^      Environment:.*\n(       .*\n)*", "", entry, flags=re.MULTILINE)
    block = _block(variables(settings_read(handler_module(code.group(1)))))
    # A nested stack has the events of a function that has none here.
    before = "      Events:" if "      Events:" in kept else "      Policies:"
    return kept.replace(before, f"{block}{before}", 1)


def _block(names: set[str]) -> str:
    if not names:
        return ""
    # No entry may be broken apart, so each is one word to the wrapper: also at no hyphen, which
    # would put a blank into the name of a secret.
    parts = [f"{name}: {EXPRESSIONS[name]}".replace(" ", "\0") for name in sorted(names)]
    lines = textwrap.wrap(
        ", ".join(parts), WIDTH - 8, break_long_words=False, break_on_hyphens=False
    )
    text = "\n".join(f"        {line}" for line in lines).replace("\0", " ")
    one_line = f"      Environment: {{Variables: {{{text.strip()}}}}}\n"
    if len(lines) == 1 and len(one_line) <= WIDTH:
        return one_line
    return f"      Environment: {{Variables: {{\n{text}}}}}\n"


@cache
def _settings_class(module: str, name: str) -> type[BaseSettings] | None:
    if not module.startswith(f"{SETTINGS}.") or not name:
        return None
    value = getattr(importlib.import_module(module), name, None)
    return value if isinstance(value, type) and issubclass(value, BaseSettings) else None
