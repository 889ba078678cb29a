"""The message of a post, from the states of its alerts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from mara.agents.model import Language
from mara.alerts.model.alert_state import AlertState
from mara.alerts.model.post import LISTED_MAX, Post, PostedAlert
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Signal
from mara.telegram.model.formatted_text import TextFormat
from mara.telegram.model.message_parts import parts_of

BEGAN = datetime(2026, 11, 27, 3, 14, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRING = Signal("DiskFull", "f", is_firing=True, severity=Severity.WARNING, starts_at=BEGAN)
RESOLVED = replace(FIRING, is_firing=False, ends_at=BEGAN + 5 * MINUTE)


def state_after(*signals: Signal) -> AlertState:
    """The state after signals that arrive two minutes apart."""
    state = AlertState()
    for number, signal in enumerate(signals):
        state, _ = state.receive(signal, BEGAN + 60 * MINUTE + 2 * number * MINUTE)
    return state


def post(*alerts: PostedAlert, **changes: object) -> Post:
    given = {"summary": "Disk is full", **changes}
    return Post("DiskFull", Severity.WARNING, alerts, **given)  # type: ignore[arg-type]


def lines(post_: Post, language: Language = Language.EN) -> list[str]:
    return post_.text(language, BEGAN + 90 * MINUTE).text.split("\n")


def test_says_what_fires_where_and_since_when() -> None:
    one = PostedAlert("db-1:9100", state_after(FIRING))
    assert lines(post(one)) == [
        "🟠 DiskFull warning",
        "since 27.11. 03:14 UTC",
        "Disk is full",
        "• db-1:9100",
    ]
    assert lines(post(one), Language.RU)[:2] == [
        "🟠 DiskFull предупреждение",
        "с 27.11. 03:14 UTC",
    ]


def test_counts_repeats_and_what_is_resolved() -> None:
    alerts = [
        PostedAlert("db-2", state_after(FIRING, RESOLVED)),
        PostedAlert("db-1", state_after(FIRING, FIRING, FIRING)),
    ]
    assert lines(post(*alerts)) == [
        "🟠 DiskFull warning",
        "since 27.11. 03:14 UTC; ×3, last 27.11. 04:18 UTC; 1 of 2 resolved",
        "Disk is full",
        "• db-1",
        "✅ db-2",
    ]
    assert "завершено 1 из 2" in lines(post(*alerts), Language.RU)[1]


def test_says_that_all_is_over() -> None:
    over = PostedAlert("db-1", state_after(FIRING, RESOLVED))
    assert lines(post(over))[:2] == ["✅ DiskFull warning", "resolved"]


def test_marks_a_test_and_an_alert_that_flaps() -> None:
    state = AlertState()
    for number in range(3):
        at = BEGAN + (60 + 5 * number) * MINUTE
        state, _ = state.receive(replace(FIRING, starts_at=at), at)
        state, _ = state.receive(replace(RESOLVED, ends_at=at + MINUTE), at + MINUTE)
    flapping = post(PostedAlert("db-1", state), is_test=True)
    assert lines(flapping)[0] == "✅ DiskFull warning, test, flapping"


def test_names_ten_places_and_counts_the_others() -> None:
    alerts = [PostedAlert(f"db-{number:03}", state_after(FIRING)) for number in range(514)]
    text = lines(post(*alerts))
    assert text[-1] == "and 504 more"
    assert len([line for line in text if line.startswith("•")]) == LISTED_MAX


def test_what_others_wrote_does_nothing_in_a_chat() -> None:
    hostile = "@channel /stop https://evil.example <b>x</b>"
    alert = PostedAlert(hostile, state_after(FIRING))
    written = post(alert, summary=hostile, description=hostile)
    text = replace(written, name=hostile).text(Language.EN, BEGAN)
    shown = [span for span in text.spans if hostile in span.text]
    assert len(shown) == 4
    assert {span.format for span in shown} == {TextFormat.CODE}


def test_leaves_room_for_buttons_and_edits() -> None:
    long = PostedAlert("x" * 300, state_after(FIRING))
    text = post(*[long] * 20, summary="s" * 9000, description="d" * 9000).text(Language.RU, BEGAN)
    assert len(parts_of(text, first_max=4096 - 400)) <= 2


@pytest.mark.parametrize("language", Language)
def test_every_order_of_three_alerts_ends_in_the_same_message(language: Language) -> None:
    """See it fail: keep an order of arrival in the state, or list the places in it."""
    again = replace(FIRING, starts_at=BEGAN + 10 * MINUTE)
    shown = set()
    for order in permutations([FIRING, FIRING, RESOLVED, again]):
        state = state_after(*order)
        # When it was reported last is a time of arrival.
        firings = {began: replace(firing, last_at=BEGAN) for began, firing in state.firings.items()}
        alerts = [PostedAlert(place, replace(state, firings=firings)) for place in "abc"]
        for placed in permutations(alerts):
            shown.add(post(*placed).text(language, BEGAN + 80 * MINUTE))
    assert len(shown) == 1


def test_every_order_of_doubled_signals_ends_in_the_same_message() -> None:
    """Each signal comes twice, as two Alertmanagers of a cluster deliver it."""
    signals = [FIRING, RESOLVED, replace(FIRING, starts_at=BEGAN + 10 * MINUTE)]
    shown = set()
    for order in set(permutations([0, 0, 1, 1, 2, 2])):
        at, state = BEGAN + 60 * MINUTE, AlertState()
        for number in order:
            state, _ = state.receive(signals[number], at)
        alerts = [PostedAlert(place, state) for place in "abc"]
        shown.add(post(*alerts).text(Language.EN, BEGAN + 80 * MINUTE))
    assert len(shown) == 1


def test_counts_alerts_that_nothing_tells_apart() -> None:
    """A sender without places: "• ?" would say nothing."""
    alerts = [PostedAlert("", state_after(FIRING))] * 500
    assert lines(post(*alerts, left_out=100))[-1] == "600 alerts"
    assert lines(post(*alerts, left_out=100), Language.RU)[-1] == "алертов: 600"
    assert "?" not in post(*alerts).text(Language.EN, BEGAN).text
    assert lines(post(alerts[0]))[-1] == "Disk is full"


def test_counts_those_without_a_place_and_those_left_out_with_the_others() -> None:
    placed = [PostedAlert(f"db-{n:02}", state_after(FIRING)) for n in range(12)]
    nowhere = [PostedAlert("", state_after(FIRING))] * 3
    found = lines(post(*placed, *nowhere, left_out=100))
    assert [line for line in found if line.startswith("•")] == [f"• db-{n:02}" for n in range(10)]
    assert found[-1] == "and 105 more"
    assert lines(post(placed[0], left_out=1))[-2:] == ["• db-00", "and 1 more"]
