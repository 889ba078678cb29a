"""The text of a document or a model as formatted text: code as code, links as links.

Links to local addresses are code: a client would open them in the reader's own network.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat

MARKS: Final = re.compile(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[^\n`]*\n(?P<block>.*?)(?:\n[ \t]*(?P=fence)[ \t]*$|\Z)"
    # CommonMark 6.1: a span of code may go over lines of a paragraph, and hold other backticks.
    r"|(?<![`\\])(?P<ticks>`+)(?!`)(?P<code>(?:(?!\n[ \t]*\n).)+?)(?<!`)(?P=ticks)(?!`)"
    r"|\[(?P<label>[^\[\]\n]+)\]\((?P<target>https?://[^\s()]+)\)"
    r"|(?P<url>https?://[^\s<>\"'`)\]]+)",
    re.MULTILINE | re.DOTALL,
)
LOCAL_ENDS: Final = (".local", ".localhost", ".internal", ".lan", ".home", ".corp", ".test")


def rich(text: str) -> FormattedText:
    """Format Markdown's code and links, and keep everything else as it is."""
    return FormattedText.of(*_parts(text))


def is_local(url: str) -> bool:
    """Whether the address of a link is one of a private network, or cannot be read."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(LOCAL_ENDS)


def _parts(text: str) -> Iterator[Span | str]:
    place = 0
    for found in MARKS.finditer(text):
        yield text[place : found.start()]
        yield from _marked(found)
        place = found.end()
    yield text[place:]


def _marked(found: re.Match[str]) -> Iterator[Span | str]:
    if found["block"] is not None:
        yield Span(found["block"], TextFormat.PRE)
    elif found["code"] is not None:
        yield Span(_code(found["code"]), TextFormat.CODE)
    elif found["label"] is None:
        yield Span(found["url"], TextFormat.CODE) if is_local(found["url"]) else found["url"]
    elif is_local(found["target"]):
        yield f"{found['label']} "
        yield Span(found["target"], TextFormat.CODE)
    else:
        yield Span(found["label"], TextFormat.TEXT_LINK, found["target"])


def _code(text: str) -> str:
    """The content of a span of code: line endings are spaces, and one at both ends is left out."""
    line = text.replace("\n", " ")
    is_padded = line.strip() and line.startswith(" ") and line.endswith(" ")
    return line[1:-1] if is_padded else line
