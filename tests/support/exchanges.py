"""Every request that this process sends by httpx, and its answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.support.confidential import of_body, of_headers


class Exchanges:
    """The confidential values of requests and answers, gathered while they are made."""

    def __init__(self) -> None:
        self._values = set[str]()

    def confidential(self) -> set[str]:
        """The values of all exchanges until now."""
        return set(self._values)

    def add(self, request: httpx.Request, answer: httpx.Response) -> None:
        """Take the values of one exchange."""
        for headers in (request.headers, answer.headers):
            self._values.update(of_headers(headers.multi_items()))
        for content in (request.read(), answer.read()):
            self._values.update(of_body(content))


@contextmanager
def recorded() -> Iterator[Exchanges]:
    """Record what clients of this process exchange during the block."""
    exchanges, send = Exchanges(), httpx.Client.send

    def sent(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        answer = send(client, request, **options)
        exchanges.add(request, answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.Client, "send", sent)
        yield exchanges
