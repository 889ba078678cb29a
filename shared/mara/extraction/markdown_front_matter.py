"""The metadata block at the top of a Markdown file, in YAML or TOML, and the title in it."""

import re

_BLOCK = re.compile(
    r"\A(?P<mark>---|\+\+\+)[ \t]*\n(?P<fields>.*?)^(?:(?P=mark)|\.\.\.)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_KEY = re.compile(r"""["']?[A-Za-z_][\w.-]*["']?[ \t]*(?P<sign>[:=])(?:[ \t]|$)""")
_CONTINUATION = re.compile(r"[ \t]|-(?:[ \t]|$)|#|[\]}\[]|$")
"""A nested line, a list item, a comment, the end of a list, a TOML table, or nothing."""
_TITLE = re.compile(
    r"""^["']?title["']?[ \t]*[:=][ \t]*(?P<value>.*)\n(?P<below>(?:[ \t]+.*\n)*)""",
    re.IGNORECASE | re.MULTILINE,
)
_SCALAR_BLOCK = re.compile(r"[>|][+-]?\d?$")
_COMMENT = re.compile(r"(?:^|[ \t]+)#.*$")


def split_front_matter(text: str) -> tuple[str | None, str, bool]:
    """Return the title, if any, the text after the front matter, and whether there was any.

    A horizontal rule at the top starts front matter only if lines of metadata follow: each is a
    key with a value, or belongs to one.
    """
    found = _BLOCK.match(text)
    if found is None or not _is_metadata(found["fields"].split("\n")):
        return None, text, False
    return _title(found["fields"]), text[found.end() :], True


def _is_metadata(lines: list[str]) -> bool:
    keys = sum(_KEY.match(line) is not None for line in lines)
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    return (
        keys > 0
        and (_KEY.match(first) is not None or first.startswith("["))
        and all(_KEY.match(line) or _CONTINUATION.match(line) for line in lines)
    )


def _title(fields: str) -> str | None:
    found = _TITLE.search(fields)
    if found is None:
        return None
    value, below = found["value"].strip(), " ".join(found["below"].split())
    if not value or _SCALAR_BLOCK.match(value):
        return below or None
    for quote in ('"', "'"):
        if value.startswith(quote) and (end := value.rfind(quote)) > 0:
            return value[1:end].replace("''", "'").replace('\\"', '"').strip() or None
    return " ".join([_COMMENT.sub("", value), below]).strip() or None
