"""The table of costs is derived from prices and from what was measured."""

import pytest

from infra.costs.prices import LAMBDA_GB_S, PRICES
from infra.costs.table import DOCUMENT, Step, document, measured, memory_mb


def test_a_call_costs_its_seconds_times_its_memory_and_the_call() -> None:
    step = Step("answers", "AskAgent", calls=1, ms=1000, api=0, sqs=0, sns=0)
    assert step.usd_per_1000(1024) == pytest.approx((0.0166667 + 0.0002, 0, 0))
    assert step.usd_per_1000(2048) == pytest.approx((2 * 0.0166667 + 0.0002, 0, 0))


def test_a_message_is_sent_received_and_deleted() -> None:
    step = Step("alerts", "PostAlerts", calls=0, ms=0, api=1, sqs=1, sns=2)
    assert step.usd_per_1000(1024) == pytest.approx((0, 0.0035, 3 * 0.0004 + 2 * 0.0005))


def test_every_measured_function_is_in_the_template() -> None:
    assert {one.function for one in measured()} <= memory_mb().keys()


def test_every_price_has_a_source_and_units() -> None:
    assert all(price.source.startswith("https://") and price.usd > 0 for price in PRICES)
    assert LAMBDA_GB_S.of(1_000_000) == pytest.approx(16.6667)


def test_the_document_is_up_to_date() -> None:
    assert document() == DOCUMENT.read_text("utf-8"), "run `python -m infra.costs`"
