"""Superscripts and subscripts of a Word document: raised digits are no part of a number."""

import re

_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_UNIT_LENGTH_MAX = 4
"""Letters of a unit such as ``мм``: a digit above a longer word refers to a note."""


def raised(text: str, before: str) -> str:
    """Write superscript ``text`` after ``before``, so that ``10`` and ``6`` are not ``106``."""
    shown = text.translate(_RAISED)
    if not any(map(str.isdigit, text)) and text != "n":
        return text  # an ordinal such as 1st, or a trademark
    word = _LAST_WORD.search(before)
    is_unit = word is None or len(word[0]) <= _UNIT_LENGTH_MAX
    return shown if is_unit and not re.search(r"[\x21-\x7e]", shown) else f"^{text}"


def lowered(text: str, before: str) -> str:
    """Write subscript ``text`` after ``before``: in a formula as it is, after a digit apart."""
    return text.translate(_LOWERED) if before[-1:].isdigit() else text
