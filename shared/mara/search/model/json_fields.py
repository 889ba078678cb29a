"""The texts of a pasted JSON object by key, such as of a webhook of Alertmanager or Grafana."""

import json
import re
from collections.abc import Iterator
from typing import Any

GROUPS = ("alerts", "commonlabels", "commonannotations", "evalmatches")
"""Keys that are read before others, so that the alert comes before the group it belongs to."""
DEPTH_MAX = 8
STRING = r'"((?:[^"\\]|\\.)*)'
PAIR = re.compile(rf'{STRING}"\s*:\s*{STRING}"?', re.DOTALL)
CUT_ESCAPE = re.compile(r"((?<!\\)(?:\\\\)*)\\u[0-9a-fA-F]{0,3}$")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def fields_of_json(text: str) -> dict[str, str]:
    """The texts by key, of the first object in ``text``; a cut one is no object."""
    start = text.find("{")
    if start < 0:
        return {}
    try:
        value, _ = json.JSONDecoder().raw_decode(text, start)
        pairs = _strings(value)
    except (ValueError, RecursionError):
        pairs = _cut_object(text[start:])
    fields: dict[str, str] = {}
    for key, found in pairs:
        fields.setdefault(key, found)
    return fields


def _strings(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > DEPTH_MAX:
        return
    if isinstance(value, list):
        for item in sorted(value, key=_is_resolved):
            yield from _strings(item, depth + 1)
    elif isinstance(value, dict):
        by_group = sorted(value.items(), key=lambda item: item[0].lower() not in GROUPS)
        for key, item in by_group:
            if isinstance(item, str):
                yield key.lower(), item
            else:
                yield from _strings(item, depth + 1)


def _is_resolved(alert: Any) -> bool:
    """Whether an item of a list is an alert that is over: those that still fire come before it."""
    return isinstance(alert, dict) and str(alert.get("status")).lower() in ("resolved", "ok")


def _cut_object(text: str) -> Iterator[tuple[str, str]]:
    """The pairs of an object whose end is missing; the last value may be cut."""
    for match in PAIR.finditer(text):
        key, value = (_unescaped(part) for part in match.groups())
        yield key.lower(), value


def _unescaped(escaped: str) -> str:
    """The text of a JSON string without its quotes; what an escape at its end lacks is left out."""
    whole = CUT_ESCAPE.sub(r"\1", escaped)
    try:
        text = str(json.loads(f'"{whole}"', strict=False))
    except ValueError:
        return escaped  # its escapes are not those of JSON
    return LONE_SURROGATE.sub("", text)
