"""The front door on a socket: malformed, half-sent and smuggled requests."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.front_door import raw, served, write_gateway

HEAD = b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
SECOND = b"GET /_mara/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with served(write_gateway(tmp_path_factory.mktemp("door") / "gateway.json")) as found:
        yield found


@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
        HEAD + b"Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + SECOND,
        HEAD + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + SECOND,
        HEAD + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}" + SECOND,
        HEAD + b"Content-Length: +2\r\n\r\n{}" + SECOND,
        HEAD + b"Content-Length: -1\r\n\r\n" + SECOND,
        HEAD + b"Content-Length : 2\r\n\r\n{}" + SECOND,
        HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + SECOND,
        HEAD + b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}" + SECOND,
        b"GET /\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET http://evil.example/api/v1/health HTTP/1.1\r\nHost: a\r\n\r\n" + SECOND,
        b"GET /../../_mara/status HTTP/1.1\r\nHost: a\r\n\r\n" + SECOND,
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n" + SECOND,
    ],
)
def test_a_malformed_request_is_refused_and_ends_the_connection(
    port: int, request_bytes: bytes
) -> None:
    answer = raw(port, request_bytes)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"application/problem+json" in answer
    assert b"deployed" not in answer


def test_requests_on_one_connection_are_answered_in_turn(port: int) -> None:
    first = SECOND.replace(b"Connection: close\r\n", b"")
    assert raw(port, first + SECOND).count(b'"deployed":true') == 2


@pytest.mark.parametrize("half", [b"", b"GET ", HEAD, HEAD + b"X-a: "])
def test_a_request_whose_headers_do_not_end_is_closed(tmp_path: Path, half: bytes) -> None:
    gateway = write_gateway(tmp_path / "gateway.json")
    with served(gateway, headers_timeout_s=0.2) as port:
        assert raw(port, half) == b""


def test_headers_that_trickle_in_get_no_more_time(tmp_path: Path) -> None:
    gateway = write_gateway(tmp_path / "gateway.json")
    with (
        served(gateway, headers_timeout_s=0.3) as port,
        socket.create_connection(("127.0.0.1", port), 5) as link,
    ):
        link.settimeout(0.05)
        for _ in range(100):
            try:
                link.sendall(b"X")
                if link.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except (ConnectionError, BrokenPipeError):
                return
    pytest.fail("the connection was not closed")


def test_a_half_sent_second_request_is_closed_too(tmp_path: Path) -> None:
    gateway = write_gateway(tmp_path / "gateway.json")
    first = SECOND.replace(b"Connection: close\r\n", b"")
    with served(gateway, headers_timeout_s=0.3) as port:
        assert raw(port, first + b"GET /x HTTP/1.1\r\nX-a: ").count(b"HTTP/1.1 200") == 1
