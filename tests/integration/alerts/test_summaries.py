"""Posts that share one message: the digest after quiet hours, and the summary of a storm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from mara.alerts.adapters.postgres_summaries import PostgresSummaries
from mara.alerts.model.summary import SUMMARY_LASTS, WHOLE_MAX
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.telegram.model.outgoing import Priority
from mara.wiring.alerts import alert_posting_service
from tests.support.alert_chats import CHAT, Chat, make_chat, quiet_now
from tests.support.alerting import an_alert, resolved
from tests.support.cloud import Cloud
from tests.support.parallel import outcomes

pytestmark = pytest.mark.usefixtures("database")


def named(name: str, severity: str = "warning", **parts: Any) -> dict[str, Any]:
    """An alert with a question of its own."""
    labels = {"alertname": name, "severity": severity}
    return an_alert(**{"labels": labels, "fingerprint": name, **parts})


def later(hours: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


@pytest.fixture
def chat(cloud: Cloud) -> Chat:
    """A chat in its quiet hours."""
    return make_chat(quiet_hours=quiet_now())


class TestQuietHours:
    def test_hold_alerts_back_for_one_digest_at_their_end(self, chat: Chat) -> None:
        chat.deliver(named("DiskFull"), named("CpuHot", "info"))
        chat.answer()
        for hours in (0.1, 1, 1.9):
            chat.show_at(later(hours))
        assert chat.queued() == []
        for hours in (2.01, 2.02, 3):
            chat.show_at(later(hours))
        (digest,) = chat.queued()
        assert (digest.chat_id, digest.priority) == (CHAT, Priority.DIGEST)
        assert digest.parts[0].text.split("\n") == [
            "The quiet time is over. Alerts meanwhile: 2",
            "🟠 DiskFull warning",
            "🔵 CpuHot info",
        ]

    def test_do_not_hold_back_severities_that_are_excepted(self, chat: Chat) -> None:
        chat.deliver(named("DiskFull"), named("DatabaseDown", "critical"))
        chat.answer()
        chat.show_at(later(0.1))
        (text,) = chat.texts()
        assert text.startswith("🔴 DatabaseDown")

    def test_list_what_is_resolved_meanwhile_in_one_line(self, chat: Chat) -> None:
        chat.deliver(named("DiskFull"), named("CpuHot"), named("NodeDown"))
        chat.show_at(later(0.1))
        for name in ("DiskFull", "CpuHot"):
            labels = {"alertname": name, "severity": "warning"}
            chat.deliver(resolved(labels=labels, fingerprint=name))
        chat.show_at(later(2.1))
        (text,) = chat.texts()
        assert text.split("\n")[1:] == ["🟠 NodeDown warning", "✅ resolved: CpuHot, DiskFull"]

    def test_end_in_one_digest_however_many_workers_ring(self, chat: Chat) -> None:
        chat.deliver(*(named(f"Alert{letter}") for letter in "abcdef"))
        chat.show_at(later(0.1))
        outcomes(lambda _: str(chat.show_at(later(2.1))), range(4))
        assert len(chat.queued()) == 1

    def test_of_a_worse_alert_do_not_make_it_late(self, chat: Chat) -> None:
        chat.deliver(named("DiskFull"))
        chat.show_at(later(0.1))
        chat.deliver(named("DiskFull", "critical", startsAt="2026-11-28T01:10:00Z"))
        chat.answer()
        chat.show_at(later(0.2))
        assert [text.split("\n")[0] for text in chat.texts()] == ["🔴 DiskFull critical"]

    def test_are_followed_by_edits_of_the_digest(self, chat: Chat) -> None:
        chat.deliver(named("DiskFull"))
        chat.show_at(later(0.1))
        chat.show_at(later(2.1))
        labels = {"alertname": "DiskFull", "severity": "warning"}
        chat.deliver(resolved(labels=labels, fingerprint="DiskFull"))
        chat.show_at(later(2.2))
        digest, edit = chat.queued()
        assert edit.edits == digest.id
        assert edit.parts[0].text.endswith("✅ resolved: DiskFull")


class TestAStorm:
    @pytest.fixture
    def chat(self, cloud: Cloud) -> Chat:
        return make_chat()

    def storm(self, chat: Chat, count: int, severity: str = "warning") -> None:
        names = [
            chr(ord("a") + number // 26) + chr(ord("a") + number % 26) for number in range(count)
        ]
        chat.deliver(*(named(f"Alert{severity}{name}", severity) for name in names))

    def test_shows_the_most_severe_whole_and_the_others_by_name(self, chat: Chat) -> None:
        self.storm(chat, 12)
        self.storm(chat, 4, "critical")
        chat.show_at(later(0.1))
        *whole, summary = chat.queued()
        assert len(whole) == WHOLE_MAX
        assert [one.parts[0].text[0] for one in whole] == ["🔴"] * 4 + ["🟠"] * 6
        lines = summary.parts[0].text.split("\n")
        assert lines[0] == "More alerts at the same time: 6"
        assert len(lines) == 7

    def test_that_goes_on_edits_its_summary(self, chat: Chat) -> None:
        self.storm(chat, WHOLE_MAX + 1)
        chat.show_at(later(0.1))
        summary = chat.queued()[-1]
        chat.deliver(named("OneMore"))
        chat.show_at(later(0.2))
        edit = chat.queued()[-1]
        assert edit.edits == summary.id
        assert "OneMore" in edit.parts[0].text

    def test_does_not_hide_an_alert_that_is_more_severe(self, chat: Chat) -> None:
        self.storm(chat, WHOLE_MAX + 1)
        chat.show_at(later(0.1))
        chat.deliver(named("DatabaseDown", "critical"))
        chat.show_at(later(0.2))
        assert chat.texts()[-1].startswith("🔴 DatabaseDown")

    def test_does_not_take_one_that_is_more_severe_and_came_meanwhile(
        self, chat: Chat, database: str
    ) -> None:
        """See it fail: let ``list_storm`` take whatever is due."""
        self.storm(chat, WHOLE_MAX + 1)
        (worse,) = chat.deliver(named("Down", "critical"))
        due = (
            "UPDATE alert_messages SET due_at = %s FROM alert_posts"
            " WHERE id = post_id AND name = 'Down'"
        )
        with transaction(SYSTEM):
            connection().execute(due, [later(24)])
        service = alert_posting_service()
        real = service.summaries.summaries

        class Late(PostgresSummaries):
            def due_in(self, *args: Any) -> Any:
                with psycopg.connect(database) as other:
                    other.execute("SELECT set_config('mara.scope', 'system', true)")
                    assert other.execute(due, [later(0)]).rowcount == 1
                return real.due_in(*args)

        late = replace(service, summaries=replace(service.summaries, summaries=Late()))
        replace(late, now=lambda: later(0.1)).show_due(chat.intake.owner.id)
        assert chat.texts()[-1].startswith("🔴 Down critical")
        assert chat.intake.alert(worse)["status"] == "firing"

    def test_after_another_one_has_a_summary_of_its_own(self, chat: Chat) -> None:
        self.storm(chat, WHOLE_MAX + 1)
        chat.show_at(later(0.1))
        with transaction(SYSTEM):
            connection().execute(
                "UPDATE alert_posts SET created_at = created_at - %s", [2 * SUMMARY_LASTS]
            )
        chat.deliver(named("OneMore"))
        chat.show_at(later(0.2))
        assert chat.queued()[-1].edits is None

    def test_of_thousands_is_listed_by_a_few_messages(self, chat: Chat) -> None:
        alerts = [named("Many", fingerprint=f"f{n}") for n in range(200)]
        for number, alert in enumerate(alerts):
            alert["labels"]["shop"] = "".join(chr(ord("a") + int(d)) for d in f"{number:03}")
        chat.deliver(*alerts)
        chat.show_at(later(0.1))
        assert len(chat.queued()) == WHOLE_MAX + 1
        assert f"Many ×{200 - WHOLE_MAX}" in chat.texts()[-1]


def test_a_cooldown_of_an_intake_ends_when_it_says(cloud: Cloud) -> None:
    chat = make_chat(cooldown_minutes=5)
    chat.deliver(named("DiskFull"))
    chat.show_at(later(0.1))
    labels = {"alertname": "DiskFull", "severity": "warning"}
    chat.deliver(resolved(labels=labels, fingerprint="DiskFull"))
    with transaction(SYSTEM):
        connection().execute(
            "UPDATE alert_posts SET created_at = created_at - interval '5 minutes'"
        )
    chat.deliver(named("DiskFull", startsAt="2026-11-28T03:00:00Z"))
    chat.show_at(later(0.2))
    assert [one.edits is None for one in chat.queued()].count(True) == 2
