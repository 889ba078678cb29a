"""Days with quiet hours around changes of the clock: nothing urgent is late, nothing is lost."""

from datetime import UTC, datetime, time, timedelta
from string import ascii_letters
from uuid import UUID

import pytest

from mara.alerts.model.alert import AlertSource, AlertSourceKind
from mara.alerts.model.alert_message import AlertTarget
from mara.alerts.model.alert_settings import AlertSettings
from mara.alerts.model.quiet_hours import QuietHours
from mara.alerts.model.recording import SignalOrigin
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Signal
from mara.kernel.ids import new_id
from mara.platform.database import transaction
from mara.platform.outbox import publish
from mara.telegram.model.outgoing import Priority
from mara.wiring.alerts import alert_recorder
from tests.support.alert_chats import Chat, make_chat
from tests.support.cloud import Cloud

NOONS = {
    "Europe/Moscow": ((3, 28, 12), (10, 24, 12)),
    "Europe/Berlin": ((3, 28, 12), (10, 24, 12)),
    "America/New_York": ((3, 7, 17), (10, 31, 17)),
    "America/St_Johns": ((3, 7, 15), (10, 31, 15)),
    "Asia/Kolkata": ((3, 28, 6), (10, 24, 6)),
    "Australia/Lord_Howe": ((4, 4, 1), (10, 3, 1)),
}
"""Month, day and hour in UTC of the noons before the changes; Moscow and Kolkata have none."""
STEP = timedelta(minutes=50)
STEPS = 29
"""A day from noon to noon."""


def record(chat: Chat, hours: QuietHours, signal: Signal, at: datetime) -> None:
    owner_id = chat.intake.owner.id
    origin = SignalOrigin(
        owner_id=owner_id,
        source=AlertSource(AlertSourceKind.INTAKE, UUID(chat.intake.id)),
        agent_id=UUID(chat.intake.agent_id),
        target=AlertTarget(chat.bot.id),
        delivery_id=new_id(),
        alerting=AlertSettings(quiet_hours=hours),
    )
    with transaction(owner_id):
        alert_recorder(publish).record(origin, [signal], at)


@pytest.mark.parametrize("season", [0, 1])
@pytest.mark.parametrize("zone", NOONS)
def test_each_alert_is_posted_at_once_or_in_one_digest(
    database: str, cloud: Cloud, zone: str, season: int
) -> None:
    """See it fail: end quiet hours by a length of time instead of the wall clock."""
    chat, noon = make_chat(), datetime(2026, *NOONS[zone][season], tzinfo=UTC)
    hours = QuietHours(time(22), time(7), zone)
    shown, held = 0, 0
    for number, letter in enumerate(ascii_letters[:STEPS]):
        at = noon + number * STEP
        urgent = number % 3 == 0
        severity = Severity.CRITICAL if urgent else Severity.WARNING
        name = f"Alert{letter}"
        record(chat, hours, Signal(name, name, is_firing=True, severity=severity), at)
        chat.show_at(at + timedelta(seconds=3))
        new = chat.queued()[shown:]
        shown += len(new)
        is_quiet = hours.is_quiet(at + timedelta(seconds=3))
        held += is_quiet and not urgent
        digests = [one for one in new if one.priority is Priority.DIGEST]
        own = [one for one in new if one.priority is Priority.ALERT]
        assert [name in one.parts[0].text for one in own] == [True] * (urgent or not is_quiet)
        if digests:
            assert not is_quiet
            (digest,) = digests
            assert digest.parts[0].text.split("\n")[0].endswith(f": {held}")
            held = 0
    assert held == 0
    assert len([one for one in chat.queued() if one.priority is Priority.DIGEST]) == 1
