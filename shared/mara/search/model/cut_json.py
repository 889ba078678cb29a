"""JSON whose end is missing, as chat programs and logs cut it: closed, so that it can be parsed."""

import re

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?+|[{}\[\]:,]', re.DOTALL)
"""A string, which may lack its end, or a sign. Possessive: the time is linear in the length."""
CUT_ESCAPE = re.compile(r"((?<!\\)(?:\\\\)*+)\\(?:u[0-9a-fA-F]{0,3})?$")
CLOSING = {"{": "}", "[": "]"}
DEPTH_MAX = 64


def closed(text: str) -> str:
    """The text up to its last whole value, or to the cut in a string, with all brackets closed.

    Raises ValueError if it is nested more than DEPTH_MAX deep.
    """
    open_brackets: list[str] = []
    whole, closing, before = 0, "", ""
    for match in TOKEN.finditer(text):
        sign = match.group()
        if sign in CLOSING:
            open_brackets.append(CLOSING[sign])
            if len(open_brackets) > DEPTH_MAX:
                raise ValueError("nested too deep")
        elif sign in ("}", "]") and open_brackets:
            open_brackets.pop()
        is_value = before == ":" or open_brackets[-1:] == ["]"]
        if sign.startswith('"') and is_value and not _has_end(sign):
            return f'{text[: match.start()]}{_cut_string(sign)}"{_reversed(open_brackets)}'
        if sign == "," or sign in "{}[]" or (sign.startswith('"') and is_value):
            whole = match.start() if sign == "," else match.end()
            closing = _reversed(open_brackets)
        before = sign
    return text[:whole] + closing


def _has_end(string: str) -> bool:
    body = string[1:-1]
    escapes = len(body) - len(body.rstrip("\\"))
    return len(string) > 1 and string.endswith('"') and escapes % 2 == 0


def _cut_string(string: str) -> str:
    """The string without an escape at its end that is not whole."""
    return CUT_ESCAPE.sub(r"\1", string)


def _reversed(open_brackets: list[str]) -> str:
    return "".join(reversed(open_brackets))
