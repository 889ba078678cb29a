"""The labels in a pasted text: ``key=value``, or lines ``key: value``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mara.search.model.alert_fields import (
    STATUS_KEYS,
    Fields,
    NamedAlert,
    PastedAlert,
    fires,
    first_of_each,
    name_in,
)

KEY = re.compile(
    r"(?:^|(?<=[\s{,;]))(?:[-*•][ \t]*+)?([A-Za-z_][\w.]*+)[ \t]*+=[ \t]*+"
    r"|^[ \t]*+(?:[-*•][ \t]*+)?\"?([A-Za-z_][\w.]*+)\"?[ \t]*+:[ \t]++"
    r"|^[^\w\n]*+(?:\d++\][ \t]*+|alerts?[ \t]++)?(firing|resolved)\b[^\w\n=]*+$",
    re.MULTILINE | re.IGNORECASE,
)
"""A key, or the heading of a list of alerts, as "Alerts Resolved:". Possessive: linear time."""
STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"')
LIST = re.compile(r"\n[ \t*]*+(?:labels|annotations)\b[ \t*]*+:", re.IGNORECASE)
"""The heading of a list, which ends the value before it."""
HEADING = ""
"""The key of a heading; its value begins with the state of the alerts below."""
RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class _Record:
    """The labels of one alert; ``heading`` is that of the list it is in."""

    fields: Fields
    heading: str

    @property
    def fires(self) -> bool:
        state = next((self.fields[key] for key in STATUS_KEYS if key in self.fields), None)
        return fires(state or self.heading)


def alert_of_labels(text: str) -> PastedAlert:
    """The labels of the first alert that fires, completed by those of the others, and all names."""
    records = _records(list(_pairs(text)))
    ordered = sorted(records, key=lambda record: not record.fires)
    fields = first_of_each(pair for record in ordered for pair in record.fields.items())
    named = [(name_in(record.fields), record.fires) for record in records]
    alerts = [NamedAlert(name, firing) for name, firing in named if name]
    begin = next((begin for _, begin, _ in _keys(text)), len(text))
    return PastedAlert(fields, alerts, text[:begin].strip())


def _records(pairs: Sequence[tuple[str, str]]) -> list[_Record]:
    """Another alert begins where a key repeats, and under a heading."""
    records: list[_Record] = []
    fields: dict[str, str] = {}
    heading = ""
    for key, found in pairs:
        if key in fields or key == HEADING:
            records.append(_Record(fields, heading))
            fields = {}
        if key == HEADING:
            heading = RESOLVED if found.lower().startswith(RESOLVED) else ""
        else:
            fields[key] = found
    return [*records, _Record(fields, heading)]


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Each key with its value, and each heading with the text below it."""
    keys = list(_keys(text))
    ends = [*(begin for _, begin, _ in keys[1:]), len(text)]
    for (key, _, start), end in zip(keys, ends, strict=False):
        value = LIST.split(text[start:end], maxsplit=1)[0].strip(" \t\r\n,;{}")
        string = STRING.match(value)
        yield key, string.group(1) if string else value


def _keys(text: str) -> Iterator[tuple[str, int, int]]:
    """Each key with its begin and its end; none inside a quoted value."""
    position = 0
    while found := KEY.search(text, position):
        key = found.group(1) or found.group(2)
        if key is None:
            yield HEADING, found.start(), found.start(3)
            position = found.end()
            continue
        yield key.lower(), found.start(), found.end()
        string = STRING.match(text, found.end())
        position = string.end() if string else found.end()
