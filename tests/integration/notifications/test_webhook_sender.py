"""Webhooks over real TLS: to a checked address alone, within limits (invariant 6, proof 6)."""

import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mara.notifications.adapters.webhook_sender import HttpsWebhookSender
from mara.notifications.model.webhooks import DeliveryFailure, WebhookAnswer
from mara.notifications.ports import WebhookRequest
from tests.support.webhook_receiver import NAME, PUBLIC, Receiver, answer, receiver

NOW = datetime(2026, 11, 28, tzinfo=UTC)
URL = f"https://{NAME}/mara?of=team"
REQUEST = WebhookRequest(URL, {"webhook-id": "1"}, b'{"type":"webhook.test"}')

PRIVATE_ADDRESSES = (
    *("127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "0.1.2.3"),  # noqa: S104
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1"),
    *("169.254.169.254", "169.254.170.2", "100.64.0.1", "100.127.255.254", "192.0.0.1"),
    *("192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1"),
    *("192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2002:a00:1::1", "2001::1", "2001:db8::1", "100::1"),
    *("fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1"),
    *("3fff::1", "5f00::1"),
)
ADDRESS_URLS = (
    *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/"),
    *("https://0177.0.0.1/", "https://0x7f.1/", "https://127.0.0.1./", "https://[::1]/"),
    *("https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://localhost/"),
    *("https://localhost./", "https://a.localhost/", "https://db.internal/", "https://a.local/"),
    *("https://１２７.０.０.１/", "https://①②⑦.0.0.1/", "https://127。0。0。1/"),
    *("http://hooks.example.com/", "https://hooks.example.com@127.0.0.1/", "https://a@b.com/"),
    *("https://hooks.example.com\\@127.0.0.1/", "https://hooks.example.com#@127.0.0.1/"),
    *("file:///etc/passwd", "https:///etc/passwd", "https://hooks.example.com:0/", "//a.com/"),
    *("https://hooks.example.com:99999/", "https://a.com/ HTTP/1.1", "https://a.com/\r\nX: y"),
)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Receiver]:
    with receiver(tmp_path) as started:
        yield started


def sender(there: Receiver) -> HttpsWebhookSender:
    return HttpsWebhookSender(lambda: NOW, there.trust, there.resolve, there.connect)


class TestRequest:
    def test_goes_to_the_checked_address_with_the_name_in_sni_and_host(
        self, there: Receiver
    ) -> None:
        assert sender(there).start(REQUEST).result() == WebhookAnswer(204)
        assert (there.dialled, there.names) == ([PUBLIC], [NAME])
        (request,) = there.requests
        assert request.line == "POST /mara?of=team HTTP/1.1"
        assert (request.headers["host"], request.headers["webhook-id"]) == (NAME, "1")
        assert request.body == REQUEST.body

    def test_names_another_port_in_host(self, there: Receiver) -> None:
        sender(there).send(replace(REQUEST, url=f"https://{NAME}:8443/"))
        assert there.requests[0].headers["host"] == f"{NAME}:8443"

    def test_takes_no_proxy_from_the_environment(
        self, there: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        assert sender(there).send(REQUEST).accepted

    def test_goes_to_the_next_address_if_one_does_not_answer(self, there: Receiver) -> None:
        def connect(address: str, port: int, time_max_s: float) -> object:
            if address == "93.184.215.13":
                raise ConnectionRefusedError
            return there.connect(address, port, time_max_s)

        two = replace(
            sender(there),
            resolve=lambda _name, _port: ["93.184.215.13", PUBLIC],
            connect=connect,  # type: ignore[arg-type]
        )
        assert two.send(REQUEST).accepted

    def test_that_are_many_are_sent_side_by_side(self, there: Receiver) -> None:
        def slowly(link: ssl.SSLSocket) -> None:
            time.sleep(0.5)
            link.sendall(there.answer)

        there.serve = slowly
        began = time.monotonic()
        to_all = sender(there)
        answers = [to_all.start(REQUEST) for _ in range(8)]
        assert [one.result().status for one in answers] == [204] * 8
        assert time.monotonic() - began < 2.5


class TestPrivateAddresses:
    """Each form: no connection is made."""

    def test_there_are_sixty_forms(self) -> None:
        assert len({*PRIVATE_ADDRESSES, *ADDRESS_URLS}) >= 60

    @pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
    @pytest.mark.parametrize("beside", [(), (PUBLIC,)], ids=["alone", "beside a public one"])
    def test_of_a_name_are_refused(
        self, there: Receiver, address: str, beside: tuple[str, ...]
    ) -> None:
        rebound = replace(sender(there), resolve=lambda _name, _port: [*beside, address])
        assert rebound.send(REQUEST).failure is DeliveryFailure.ADDRESS
        assert (there.dialled, there.connections) == ([], 0)

    @pytest.mark.parametrize("url", ADDRESS_URLS)
    def test_in_a_url_are_refused(self, there: Receiver, url: str) -> None:
        request = replace(REQUEST, url=url)
        assert sender(there).send(request).failure is DeliveryFailure.ADDRESS
        assert (there.dialled, there.connections) == ([], 0)

    def test_that_a_name_has_at_its_second_resolution_are_never_reached(
        self, there: Receiver
    ) -> None:
        """DNS rebinding: the name is resolved once for each attempt."""
        asked: list[str] = []

        def rebinding(name: str, port: int) -> Sequence[str]:
            asked.append(name)
            return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

        sending = replace(sender(there), resolve=rebinding)
        assert sending.send(REQUEST).accepted
        assert (asked, there.dialled) == ([NAME], [PUBLIC])
        assert sending.send(REQUEST).failure is DeliveryFailure.ADDRESS
        assert there.dialled == [PUBLIC]

    def test_of_a_redirect_are_not_followed(self, there: Receiver) -> None:
        for status in ("301 Moved", "302 Found", "303 See Other", "307 Same", "308 Same"):
            there.answer = answer(status, f"Location: https://127.0.0.1:{there.port}/")
            assert sender(there).send(REQUEST).failure is DeliveryFailure.REDIRECT
        assert there.connections == 5


class TestAnswer:
    @pytest.mark.parametrize(
        ("line", "failure"),
        [
            ("200 OK", None),
            ("299 Fine", None),
            ("304 Not Modified", DeliveryFailure.REDIRECT),
            ("404 Not Found", DeliveryFailure.STATUS),
            ("410 Gone", DeliveryFailure.STATUS),
            ("500 Oops", DeliveryFailure.STATUS),
        ],
    )
    def test_of_each_class_is_understood(
        self, there: Receiver, line: str, failure: DeliveryFailure | None
    ) -> None:
        there.answer = answer(line)
        assert sender(there).send(REQUEST) == WebhookAnswer(int(line[:3]), failure)

    def test_may_ask_to_wait(self, there: Receiver) -> None:
        there.answer = answer("429 Slow Down", "Retry-After: 120")
        assert sender(there).send(REQUEST).retry_after == timedelta(seconds=120)

    @pytest.mark.parametrize(
        "content", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1\r\n"]
    )
    def test_that_is_none_is_a_failure(self, there: Receiver, content: bytes) -> None:
        there.answer = content
        assert not sender(there).send(REQUEST).accepted

    def test_is_read_up_to_64_kilobytes(self, there: Receiver) -> None:
        def endless(link: ssl.SSLSocket) -> None:
            link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                link.sendall(b"x" * 16_384)

        there.serve = endless
        assert sender(there).send(REQUEST).accepted

    def test_with_endless_headers_is_a_failure(self, there: Receiver) -> None:
        def endless(link: ssl.SSLSocket) -> None:
            link.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                link.sendall(b"X-Y: " + b"z" * 60_000 + b"\r\n")

        there.serve = endless
        assert sender(there).send(REQUEST).failure is DeliveryFailure.UNREADABLE

    def test_that_comes_byte_by_byte_ends_at_the_deadline(self, there: Receiver) -> None:
        def dripping(link: ssl.SSLSocket) -> None:
            for byte in b"HTTP/1.1 200 OK\r\n" * 100:
                link.sendall(bytes([byte]))
                time.sleep(0.05)

        there.serve = dripping
        began = time.monotonic()
        assert replace(sender(there), time_max_s=0.5).send(REQUEST) == WebhookAnswer(
            failure=DeliveryFailure.TIMED_OUT
        )
        assert time.monotonic() - began < 2


class TestCertificate:
    def test_of_another_name_is_refused(self, there: Receiver) -> None:
        request = replace(REQUEST, url="https://other.example.com/")
        assert sender(there).send(request).failure is DeliveryFailure.TLS
        assert there.requests == []

    def test_of_an_unknown_authority_is_refused(self, there: Receiver) -> None:
        strict = replace(sender(there), tls=ssl.create_default_context())
        assert strict.send(REQUEST).failure is DeliveryFailure.TLS
        assert there.requests == []
