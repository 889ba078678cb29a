"""Answers that are JSON, but not as Ollama's API defines them."""

import json
from typing import Any


def _line(**members: Any) -> str:
    return json.dumps(members) + "\n"


def _after_a_part(line: str) -> str:
    return _line(message={"role": "assistant", "content": '{"1": 3,'}, done=False) + line


OF_NO_OBJECT = {
    "null": "null\n",
    "a list": "[1, 2]\n",
    "a number": "17\n",
    "a text": '"ready"\n',
    "true": "true\n",
    "deep nesting": "[" * 100_000 + "]" * 100_000 + "\n",
    "a deep object": '{"a":' * 100_000 + "1" + "}" * 100_000 + "\n",
}
"""No object at all, or one that the JSON parser cannot follow; for every route of the API."""

OF_A_CHAT = {
    **OF_NO_OBJECT,
    "an error that is a list": _line(error=["a", "b"]),
    "an error that is a number": _line(error=5),
    "an error with a number in it": _line(error="5"),
    "no message": _line(done=True),
    "a message that is null": _line(message=None, done=True),
    "a message that is a list": _line(message=["x"], done=True),
    "a content that is a number": _line(message={"role": "assistant", "content": 4}),
    "a content that is an object": _line(message={"role": "assistant", "content": {"1": 3}}),
    "tools that are numbers": _line(message={"role": "a", "content": "", "tool_calls": [1]}),
    "a number of 5000 digits": '{"message": ' + "9" * 5000 + "}\n",
    "null after a part": _after_a_part("null\n"),
    "deep nesting after a part": _after_a_part("[" * 100_000 + "\n"),
    "a number after a part": _after_a_part("3\n"),
}
"""Wrong types at each place of a chat's answer, at its beginning and in mid-stream."""
