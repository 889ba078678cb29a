"""Plays the story of `mara demo`, and writes down what its requests and answers carried.

Run as ``python -m tests.support.recorded_demo FILE`` in the environment of a stack, which clients
of AWS keep for their process. FILE gets a JSON list of the confidential values; the story is
printed.
"""

import json
import sys
from pathlib import Path
from typing import Any

import httpx

from infra.local.demo_story import play
from tests.support.confidential import of_body, of_headers


def values_of(request: httpx.Request, answer: httpx.Response) -> set[str]:
    """The confidential values of one exchange."""
    found = set[str]()
    for headers in (request.headers, answer.headers):
        found.update(of_headers(headers.multi_items()))
    for content in (request.read(), answer.read()):
        found.update(of_body(content))
    return found


def main(file: Path) -> None:
    """Play and record."""
    values, send = set[str](), httpx.Client.send

    def recorded(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        answer = send(client, request, **options)
        values.update(values_of(request, answer))
        return answer

    httpx.Client.send = recorded  # type: ignore[assignment]
    play()
    file.write_text(json.dumps(sorted(values)), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
