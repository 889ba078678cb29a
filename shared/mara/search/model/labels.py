"""The labels in a pasted text: ``key=value``, or lines ``key: value``."""

import re
from collections.abc import Iterator

KEY = re.compile(
    r"(?:^|(?<=[\s{,;]))[-*•]?[ \t]*([A-Za-z_][\w.]*)[ \t]*=[ \t]*"
    r"|^[ \t]*[-*•]?[ \t]*\"?([A-Za-z_][\w.]*)\"?[ \t]*:[ \t]+",
    re.MULTILINE,
)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def fields_of_labels(text: str) -> dict[str, str]:
    """The first value of each key, of ``key=value`` or of a line ``key: value``."""
    keys = list(_keys(text))
    fields: dict[str, str] = {}
    ends = [*(begin for _, begin, _ in keys[1:]), len(text)]
    for (key, _, start), end in zip(keys, ends, strict=False):
        value = text[start:end].strip(" \t\r\n,;{}")
        string = STRING.match(value)
        fields.setdefault(key, string.group(1) if string else value)
    return fields


def _keys(text: str) -> Iterator[tuple[str, int, int]]:
    """Each key with its begin and its end; none inside a quoted value."""
    position = 0
    while found := KEY.search(text, position):
        yield (found.group(1) or found.group(2)).lower(), found.start(), found.end()
        string = STRING.match(text, found.end())
        position = string.end() if string else found.end()
