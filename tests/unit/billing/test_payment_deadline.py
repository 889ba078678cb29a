"""Time to pay stands still while enough money is on its way."""

from datetime import timedelta

import pytest

from mara.billing.model.payment_deadline import (
    UNCONFIRMED_MAX,
    Cover,
    Funds,
    PaymentDeadline,
)
from tests.support.billing import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGUN = PaymentDeadline.begin(NOW, 7 * DAY)


class TestFunds:
    @pytest.mark.parametrize(
        ("funds", "cover", "missing"),
        [
            (Funds(available=10), Cover.BALANCE, 0),
            (Funds(available=9, reserved=5), Cover.NOTHING, 1),
            (Funds(available=4, final=6), Cover.FINAL, 0),
            (Funds(available=4, final=3, unconfirmed=3), Cover.UNCONFIRMED, 0),
            (Funds(available=4, final=3, unconfirmed=2), Cover.NOTHING, 1),
        ],
    )
    def test_cover_what_is_due(self, funds: Funds, cover: Cover, missing: int) -> None:
        assert funds.cover(10) is cover
        assert funds.missing(10) == missing

    def test_of_nothing_cover_what_is_free(self) -> None:
        assert Funds().cover(0) is Cover.BALANCE


class TestPaymentDeadline:
    def test_is_over_at_its_moment(self) -> None:
        assert not BEGUN.is_over(NOW + 7 * DAY - timedelta(microseconds=1))
        assert BEGUN.is_over(NOW + 7 * DAY)

    @pytest.mark.parametrize("cover", [Cover.FINAL, Cover.UNCONFIRMED])
    def test_goes_on_after_a_pause_with_the_time_that_was_left(self, cover: Cover) -> None:
        paused = BEGUN.observe(cover, NOW + DAY)
        assert not paused.is_over(NOW + 30 * DAY)
        ended = paused.observe(Cover.NOTHING, NOW + DAY + 5 * HOUR)
        assert ended.at == BEGUN.at + 5 * HOUR
        assert ended.elapsed(NOW + DAY + 6 * HOUR) == DAY + HOUR

    def test_is_the_same_however_often_billing_looks(self) -> None:
        paused = BEGUN.observe(Cover.UNCONFIRMED, NOW)
        looked = paused
        for minute in range(1, 60):
            looked = looked.observe(Cover.UNCONFIRMED, NOW + timedelta(minutes=minute))
        end = NOW + HOUR
        assert looked.observe(Cover.NOTHING, end) == paused.observe(Cover.NOTHING, end)

    def test_is_stopped_by_unconfirmed_deposits_for_a_day_in_all(self) -> None:
        first = BEGUN.observe(Cover.UNCONFIRMED, NOW).observe(Cover.NOTHING, NOW + 20 * HOUR)
        again = first.observe(Cover.UNCONFIRMED, NOW + DAY)
        late = again.observe(Cover.UNCONFIRMED, NOW + 3 * DAY)
        assert late.at == BEGUN.at + UNCONFIRMED_MAX
        assert late.is_over(late.at)
        assert late.observe(Cover.UNCONFIRMED, NOW + 4 * DAY).at == late.at

    def test_is_stopped_by_final_deposits_without_a_limit(self) -> None:
        used_up = BEGUN.observe(Cover.UNCONFIRMED, NOW).observe(Cover.FINAL, NOW + 2 * DAY)
        assert not used_up.observe(Cover.FINAL, NOW + 90 * DAY).is_over(NOW + 90 * DAY)

    def test_ignores_a_clock_that_was_set_back(self) -> None:
        paused = BEGUN.observe(Cover.FINAL, NOW + 2 * HOUR)
        assert paused.observe(Cover.NOTHING, NOW + HOUR).at == BEGUN.at
