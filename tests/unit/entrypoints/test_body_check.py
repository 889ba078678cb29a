"""How a body is measured, and what is said of one that is too large."""

import base64

import pytest

from mara.entrypoints.body_check import LARGE_DELIVERY, LARGE_FILE, BodyLimit, check_body
from mara.entrypoints.events import Request
from mara.entrypoints.problems import BodyTooLarge
from mara.entrypoints.texts import translate

MAX = 60


def request_with(body: bytes, *, is_base64: bool) -> Request:
    sent = base64.b64encode(body).decode() if is_base64 else body.decode()
    event = {"httpMethod": "POST", "path": "/", "headers": {}, "multiValueHeaders": {}}
    return Request({**event, "body": sent, "isBase64Encoded": is_base64}, "r1")


class TestSize:
    @pytest.mark.parametrize("is_base64", [False, True])
    @pytest.mark.parametrize("size", range(8))
    def test_is_that_of_what_the_client_sent(self, size: int, *, is_base64: bool) -> None:
        assert request_with(b"x" * size, is_base64=is_base64).body_size == size

    @pytest.mark.parametrize("is_base64", [False, True])
    def test_is_in_bytes_of_utf_8(self, *, is_base64: bool) -> None:
        assert request_with("диск".encode(), is_base64=is_base64).body_size == 8


class TestLimit:
    @pytest.mark.parametrize("is_base64", [False, True])
    def test_takes_as_much_as_it_says(self, *, is_base64: bool) -> None:
        check_body(request_with(b"x" * MAX, is_base64=is_base64), BodyLimit(MAX), ())
        with pytest.raises(BodyTooLarge) as refused:
            check_body(request_with(b"x" * (MAX + 1), is_base64=is_base64), BodyLimit(MAX), ())
        assert refused.value.detail == f"At most {MAX} bytes are accepted here."

    @pytest.mark.parametrize("advice", ["", LARGE_FILE, LARGE_DELIVERY])
    def test_adds_the_advice_of_the_route_in_both_languages(self, advice: str) -> None:
        with pytest.raises(BodyTooLarge) as refused:
            check_body(request_with(b"x" * 99, is_base64=False), BodyLimit(MAX, advice), ())
        assert refused.value.detail.endswith(advice or "here.")
        russian = translate("body_too_large", refused.value.detail)
        assert russian.startswith(f"Здесь принимается не больше {MAX} байт.")
        assert not any(word in russian for word in ("At most", "Upload", "fewer"))
