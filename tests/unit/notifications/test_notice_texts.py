"""Texts of notices: of every kind, in both languages, of what an event has."""

import re
from datetime import UTC, datetime

import pytest

from mara.billing.model.meters import Meter
from mara.kernel.ids import new_id
from mara.notifications.model.notice_texts import METERS_RU, TEXTS, text_of
from mara.notifications.model.notices import Notice, NoticeKind

DATA = {
    "amount_micro_usdt": 10_500_000,
    "missing_micro_usdt": 1,
    "pay_until": "2026-12-01T09:30:00+03:00",
    "ends_at": "2026-12-02T00:00:00Z",
    "meter": "stored_mb",
    "percent": 80,
    "chat_id": -1001234567890,
}


def text(kind: NoticeKind, language: str) -> str:
    at = datetime(2026, 11, 28, tzinfo=UTC)
    notice = Notice(new_id(), new_id(), kind, new_id(), DATA, in_api=True, created_at=at)
    return text_of(notice, language)


class TestTexts:
    @pytest.mark.parametrize("kind", NoticeKind)
    def test_exist_in_both_languages(self, kind: NoticeKind) -> None:
        assert set(TEXTS[kind]) == {"en", "ru"}
        assert not re.search("[А-я]", text(kind, "en"))
        assert re.search("[А-я]", text(kind, "ru"))
        assert "{" not in text(kind, "en") + text(kind, "ru")

    def test_name_amounts_times_and_meters(self) -> None:
        failed = "The balance did not cover 10.50 USDT. Pay in by 2026-12-01 06:30 UTC."
        assert text(NoticeKind.RENEWAL_FAILED, "en") == failed
        assert "0.000001 USDT" in text(NoticeKind.PAYMENT_REMINDER, "ru")
        near = "80 % of the allowance is used: stored mb."
        assert text(NoticeKind.LIMIT_NEAR, "en") == near
        assert text(NoticeKind.LIMIT_REACHED, "ru") == "Лимит исчерпан: хранилище, МБ."

    def test_know_every_meter(self) -> None:
        assert set(METERS_RU) == set(Meter)
