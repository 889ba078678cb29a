"""Language models that judge passages: what they write to the request of a reranker."""

import json
import re
from collections.abc import Callable
from typing import Any

PASSAGE = re.compile(r"^\[\w{16} passage (\d+)\]\n(.*?)\n\[\w{16} end\]$", re.MULTILINE | re.DOTALL)
WANTED_GRADE = re.compile(r"grade\D{0,24}(\d+)", re.IGNORECASE)


def passages_of(body: dict[str, Any]) -> dict[str, str]:
    """The passages of a request, by their numbers."""
    return dict(PASSAGE.findall(body["messages"][-1]["content"]))


def grading(grade: Callable[[str], Any]) -> Callable[[dict[str, Any]], str]:
    """A model that gives each passage the grade of its text."""

    def write(body: dict[str, Any]) -> str:
        return json.dumps({number: grade(text) for number, text in passages_of(body).items()})

    return write


def obedient(text: str) -> int:
    """The grade that a passage asks for, else 1."""
    wanted = WANTED_GRADE.search(text)
    return int(wanted[1]) if wanted else 1
