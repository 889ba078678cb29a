"""The texts of a pasted JSON object by key, such as of a webhook of Alertmanager or Grafana."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mara.search.model.alert_fields import (
    STATUS_KEYS,
    NamedAlert,
    PastedAlert,
    fires,
    first_of_each,
    name_in,
)
from mara.search.model.cut_json import closed

GROUPS = ("alerts", "commonlabels", "commonannotations", "evalmatches")
"""Keys that are read before others, so that the alert comes before the group it belongs to."""
DEPTH_MAX = 8
LIST = re.compile(r"\[\s*+$")
PAIR = re.compile(r'"((?:[^"\\]|\\.)*+)("?+)\s*+(?:(:)\s*+)?+', re.DOTALL)
"""A string, with the colon behind it if it is a key."""
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
DECODER = json.JSONDecoder(strict=False)


def alert_of_json(text: str) -> PastedAlert:
    """The fields and the alerts of the first object in ``text``, or of the list it is in."""
    start = text.find("{")
    if start < 0:
        return PastedAlert({})
    in_list = LIST.search(text, max(0, start - DEPTH_MAX), start)
    start = in_list.start() if in_list else start
    try:
        value, end = _decoded(text, start)
        fields, alerts = first_of_each(_strings(value)), list(_alerts(value))
    except (ValueError, RecursionError):
        fields, alerts, end = first_of_each(_pairs_of_malformed(text[start:])), [], len(text)
    return PastedAlert(fields, alerts, f"{text[:start].strip()}\n{text[end:].strip()}".strip())


def _decoded(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at ``start``, and its end. Raises ValueError, RecursionError."""
    try:
        return DECODER.raw_decode(text, start)
    except ValueError:
        return DECODER.decode(closed(text[start:])), len(text)


def _strings(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > DEPTH_MAX:
        return
    if isinstance(value, list):
        for item in sorted(value, key=lambda item: not fires(_state_of(item))):
            yield from _strings(item, depth + 1)
    elif isinstance(value, dict):
        by_group = sorted(value.items(), key=lambda item: item[0].lower() not in GROUPS)
        for key, item in by_group:
            if isinstance(item, str):
                yield key.lower(), LONE_SURROGATE.sub("", item)
            else:
                yield from _strings(item, depth + 1)


def _alerts(value: Any, group: object = None, depth: int = 0) -> Iterator[NamedAlert]:
    """The innermost items of lists with an alert's name; one without a state has its group's."""
    if depth > DEPTH_MAX:
        return
    group = _state_of(value) or group
    for item in value.values() if isinstance(value, dict) else value:
        inner = list(_alerts(item, group, depth + 1)) if isinstance(item, dict | list) else []
        yield from inner
        name = name_in(first_of_each(_strings(item))) if isinstance(value, list) else None
        if name and not inner:
            yield NamedAlert(name, fires(_state_of(item) or group))


def _state_of(alert: Any) -> object:
    """What an object has as its state; Alertmanager's API nests it: ``{"state": "active"}``."""
    if not isinstance(alert, Mapping):
        return None
    found = next((alert[key] for key in STATUS_KEYS if alert.get(key)), None)
    return found.get("state") if isinstance(found, Mapping) else found


def _pairs_of_malformed(text: str) -> Iterator[tuple[str, str]]:
    """The pairs of texts that stand in an object with other mistakes than a missing end."""
    key, end = None, 0
    for match in PAIR.finditer(text):
        found, mark, colon = match.groups()
        if key is not None and match.start() == end:
            yield _unescaped(key).lower(), _unescaped(found)
        key, end = found if mark and colon else None, match.end()


def _unescaped(escaped: str) -> str:
    """The text of a JSON string without its quotes."""
    try:
        text = str(json.loads(f'"{escaped}"', strict=False))
    except ValueError:
        return escaped  # its escapes are not those of JSON
    return LONE_SURROGATE.sub("", text)
