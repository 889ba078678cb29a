"""How a delivery proves where it comes from, with credentials of any form."""

import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.alerts.model.credentials import DeliveryCredentials, hash_of_secret

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECRET, BODY = b"secret of an intake", b'{"title": "disk"}'
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def signed(timestamp: str | None = None) -> str:
    content = BODY if timestamp is None else timestamp.encode() + b":" + BODY
    return hmac.digest(SECRET, content, "sha256").hex()


class TestSignature:
    @pytest.mark.parametrize("form", ["{}", "sha256={}"])
    def test_of_the_body_is_right_with_and_without_its_prefix(self, form: str) -> None:
        for digits in (signed(), signed().upper()):
            assert DeliveryCredentials(signature=form.format(digits)).is_signed_by(SECRET, BODY)

    def test_of_another_body_secret_or_time_is_wrong(self) -> None:
        right = DeliveryCredentials(signature=signed("17"), timestamp="17")
        assert right.is_signed_by(SECRET, BODY)
        assert not right.is_signed_by(SECRET, BODY + b" ")
        assert not right.is_signed_by(b"another secret", BODY)
        assert not DeliveryCredentials(signature=signed("17")).is_signed_by(SECRET, BODY)
        late = DeliveryCredentials(signature=signed("17"), timestamp="18")
        assert not late.is_signed_by(SECRET, BODY)

    @given(ANY_TEXT)
    def test_of_any_text_is_wrong_and_no_error(self, text: str) -> None:
        """Headers may hold what no encoding takes, such as half of a surrogate pair."""
        assert not DeliveryCredentials(signature=text).is_signed_by(SECRET, BODY)
        assert hash_of_secret(text) != hash_of_secret(SECRET.decode())


class TestTimestamp:
    @pytest.mark.parametrize(
        ("age", "is_recent"),
        [(-301, False), (-300, True), (0, True), (300, True), (301, False)],
    )
    def test_is_recent_for_five_minutes_in_both_directions(
        self, age: int, *, is_recent: bool
    ) -> None:
        at = int((NOW - timedelta(seconds=age)).timestamp())
        assert DeliveryCredentials(timestamp=str(at)).is_recent(NOW) is is_recent

    @pytest.mark.parametrize("text", ["", "x", "1e9", "-5", "٣", "9" * 5000, "1 "])
    def test_that_is_no_number_of_seconds_is_not(self, text: str) -> None:
        assert not DeliveryCredentials(timestamp=text).is_recent(NOW)
