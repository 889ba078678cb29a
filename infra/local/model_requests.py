"""Reads requests of Ollama's API and translates them to llama.cpp's."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from infra.local.model_engine import MODEL, Refused

INTEGERS = ("num_predict", "num_ctx", "seed", "top_k")


async def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON body.

    Raises Refused as Ollama does for broken JSON, no model and an unknown model.
    """
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refused(400, "invalid JSON") from None
    name = body.get("model") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name:
        raise Refused(400, "model is required")
    if name.lower() != MODEL:
        raise Refused(404, f"model '{name}' not found")
    found: dict[str, Any] = body
    return found


def texts_of(wanted: object) -> list[str]:
    """Return the texts to embed, without empty ones. Raises Refused for another type."""
    texts = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Refused(400, "invalid input type")
    return [text for text in texts if text]


def completion_request(body: Mapping[str, Any], messages: list[Any]) -> dict[str, Any]:
    """Translate Ollama's options to llama.cpp's. Raises Refused for options of a wrong type."""
    if body.get("think"):
        raise Refused(400, f'"{MODEL}" does not support thinking')
    options = body.get("options") or {}
    for name in INTEGERS:
        if name in options and type(options[name]) is not int:
            raise Refused(500, f'option "{name}" must be of type integer')
    asked: dict[str, Any] = {
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": options.get("temperature", 0.8),
        "max_tokens": options.get("num_predict", -1),
    }
    wanted = body.get("format")
    if isinstance(wanted, dict):
        asked["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": wanted},
        }
    elif wanted == "json":
        asked["response_format"] = {"type": "json_object"}
    elif wanted:
        raise Refused(500, f'invalid format: "{wanted}"; expected "json" or a JSON schema')
    return asked
