"""The grades that a language model gives to passages: what it is asked for, and what counts.

The scale is that of TREC's Deep Learning track.
"""

from typing import Any

from mara.kernel.language_model import parse_answer

GRADE_MAX = 3


def grades_schema(count: int) -> dict[str, Any]:
    """The JSON Schema of the grades of ``count`` passages."""
    grade = {"type": "integer", "enum": list(range(GRADE_MAX + 1))}
    names = _names(count)
    return {
        "type": "object",
        "properties": dict.fromkeys(names, grade),
        "required": names,
        "additionalProperties": False,
    }


def parse_grades(written: str, count: int) -> list[int] | None:
    """The grade of each passage, in order; ``None`` unless the answer is exactly what was asked."""
    answer = parse_answer(written)
    if answer is None or answer.keys() != set(_names(count)):
        return None
    grades = [answer[name] for name in _names(count)]
    # A bool is an int in Python, and 3.0 is equal to 3.
    if any(type(grade) is not int or not 0 <= grade <= GRADE_MAX for grade in grades):
        return None
    return grades


def _names(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]
