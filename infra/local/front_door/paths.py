"""Which request targets the front door accepts, before it looks for a route.

The emulator resolves dot segments and escapes itself, and serves every other AWS service below the
same address: a target that two programs could read differently is refused (RFC 3986, section 6.2).
"""

import re

TARGET_MAX = 8192
"""Bytes of the path and of the query, each; API Gateway takes 10,240 for a request line."""

_DOT_SEGMENT = re.compile(rb"/\.{1,2}(?=[/;]|$)")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL_ESCAPE = re.compile(rb"%(?:[01][0-9A-Fa-f]|7[Ff])")
# A slash, a backslash, a dot, and a percent sign, which begins a second round of decoding.
_ESCAPED_SEPARATOR = re.compile(rb"%(?:2[Ff]|5[Cc]|2[Ee]|25)")
_NOT_PRINTABLE = re.compile(rb"[^\x21-\x7e]")


class BadTarget(ValueError):
    """The request target is refused; the text is the reason, without the target itself."""


def normalize(raw_path: bytes, query: bytes = b"") -> str:
    """Return the path without a trailing slash. Raises BadTarget."""
    if not raw_path.startswith(b"/"):
        raise BadTarget("The request target must be a path that begins with a slash.")
    if len(raw_path) > TARGET_MAX or len(query) > TARGET_MAX:
        raise BadTarget(f"The path and the query may have {TARGET_MAX} bytes each.")
    if _NOT_PRINTABLE.search(raw_path) or _NOT_PRINTABLE.search(query):
        raise BadTarget("The request target contains characters that must be escaped.")
    if _BAD_ESCAPE.search(raw_path) or _BAD_ESCAPE.search(query):
        raise BadTarget("The request target contains a percent sign that begins no escape.")
    if _CONTROL_ESCAPE.search(raw_path):
        raise BadTarget("The path contains an escaped control character.")
    if b"\\" in raw_path or _ESCAPED_SEPARATOR.search(raw_path):
        raise BadTarget("The path contains a backslash, or an escaped slash, dot or percent sign.")
    if b"//" in raw_path or _DOT_SEGMENT.search(raw_path):
        raise BadTarget("The path contains an empty segment or a dot segment.")
    return raw_path.decode("ascii").rstrip("/") or "/"
