"""Converts what a language model wrote to plain text: no HTML, no Markdown, no hidden characters.

The address of a link or an image becomes part of the text, so that it is checked and seen like any
other word. What looks like a tag but is a placeholder of a document (``<namespace>``) remains.
"""

import html
import re
import unicodedata
from collections.abc import Callable

from mara.kernel.text import clean

ROUNDS_MAX = 8
"""Removing markup may complete other markup, such as ``<scr<b>ipt>``; more nesting is no text."""

_COMMENT = re.compile(r"<!--.*?(?:-->|$)|<!\[CDATA\[|\]\]>", re.DOTALL)
_ACTIVE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!?][^<>]*>", re.IGNORECASE)
_TAG_START = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"<[\w.:-]+>")
_HTML_NAME = re.compile(
    r"a|abbr|address|area|article|aside|audio|b|base|blockquote|body|br|button|canvas"
    r"|caption|cite|code|col|data|details|dialog|div|dl|dt|dd|em|embed|fieldset|font"
    r"|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|i|iframe|img|input"
    r"|ins|kbd|label|legend|li|link|main|map|mark|math|menu|meta|nav|noscript|object|ol"
    r"|option|p|param|picture|pre|q|s|script|section|select|small|source|span|strong|style"
    r"|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|track"
    r"|u|ul|video",
    re.IGNORECASE,
)

_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\]\s?\(\s*<?([^()<>]*)>?\s*\)")
_REFERENCE = re.compile(r"!?\[([^\[\]]+)\]\s?\[[^\[\]\d][^\[\]]*\]")
_DEFINITION = re.compile(r"^[ \t]*\[[^\[\]\n]+\]:[ \t]*", re.MULTILINE)
_AUTOLINK = re.compile(r"<((?:https?|ftp|mailto):[^<>\s]*)>", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?:```+|~~~+)[^\n]*$", re.MULTILINE)
_LINE_START = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+•–—][ \t]+|\d{1,2}[.)][ \t]+)", re.MULTILINE
)
_RULE = re.compile(r"^[ \t]*(?:[-*_=|:][ \t]*){3,}$", re.MULTILINE)
_EMPHASIS = re.compile(r"(\*\*|~~|(?<![\w*])\*)(?=[^\s*~])([^\n]{0,500}?[^\s*~])\1(?!\w)")


def plain(written: str, *, of: str = "") -> str:
    """Return ``written`` as plain text; placeholders that occur in ``of`` are kept."""
    text = clean(unicodedata.normalize("NFC", written))
    text = _without_format_characters(text)
    text = _repeated(lambda found: _ENTITY.sub(_character, found), text)
    text = _repeated(_without_links, text)
    text = _repeated(lambda found: _without_tags(found, of), text)
    text = _FENCE.sub("", text).replace("`", "")
    text = _RULE.sub("", text)
    text = _repeated(lambda found: _LINE_START.sub("", found), text)
    # Underscores around a word are not removed: ``__init__`` is a name.
    return _repeated(lambda found: _EMPHASIS.sub(r"\2", found), text).strip()


def _character(entity: re.Match[str]) -> str:
    return clean(html.unescape(entity.group()))


def _without_format_characters(text: str) -> str:
    """Without zero-width and bidirectional characters: they hide text, or change what is read."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Co", "Cn"})


def _without_links(text: str) -> str:
    text = _AUTOLINK.sub(r"\1", text)
    text = _IMAGE_OR_LINK.sub(lambda found: f"{found.group(1)} {found.group(2)}".strip(), text)
    return _DEFINITION.sub("", _REFERENCE.sub(r"\1", text))


def _without_tags(text: str, of: str) -> str:
    text = _ACTIVE.sub("", _COMMENT.sub("", text))
    text = _TAG.sub(lambda tag: tag.group() if _is_placeholder(tag.group(), of) else "", text)
    # An incomplete tag: a browser would complete it with what follows.
    rest = _TAG.sub("", text)
    return _TAG_START.sub("< ", text) if _TAG_START.search(rest) else text


def _is_placeholder(tag: str, of: str) -> bool:
    """Whether a document wrote it, and it is no element of HTML."""
    return (
        _PLACEHOLDER.fullmatch(tag) is not None
        and tag in of
        and _HTML_NAME.fullmatch(tag.strip("<>")) is None
    )


def _repeated(remove: Callable[[str], str], text: str) -> str:
    for _ in range(ROUNDS_MAX):
        shorter = remove(text)
        if shorter == text:
            break
        text = shorter
    return text
