"""Answers to alerts: once, whatever fails, in the order of their urgency and at their pace."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing import Value
from typing import Any

import pytest

from functions.schedules.answer_waiting_alerts.handler import handler as answer_waiting_alerts
from mara.agents.model import Answer
from mara.alerts.errors import AlertsWait
from mara.alerts.model.alert_post import (
    ASKED_AT_ONCE_MAX,
    ASKS_PER_MINUTE_MAX,
    TEST_ANSWERS_MAX,
    AlertPost,
)
from mara.alerts.ports import AlertAnswering
from mara.alerts.service.answering import AlertAnsweringService
from mara.billing.model.meters import Feature, Meter
from mara.kernel.unit_of_work import SYSTEM, DatabaseUnavailable
from mara.platform.database import connection, transaction
from mara.search.errors import SearchUnavailable
from mara.wiring.alerts import alert_answering_service
from tests.integration.alerts.test_flood import words
from tests.support.alerting import AlertIntake, alertmanager, an_alert, work
from tests.support.billing import USDT, allowances, plan_version
from tests.support.cloud import Cloud
from tests.support.counts import counted
from tests.support.parallel import outcomes
from tests.support.subscriptions import pay_in, subscribe_now, without_limits

AskAlert = Callable[..., Answer]


@dataclass
class Broken:
    """Implements ``AlertAnswering``: fails before or after the real one asked, ``times`` times."""

    real: AlertAnswering
    error: Exception
    after: bool = False
    times: int = 1000
    asked: list[str] = field(default_factory=list)

    def version_of(self, *args: Any) -> int:
        return self.real.version_of(*args)

    def ask_for_test(self, *args: Any) -> Any:
        return self.real.ask_for_test(*args)

    def ask(self, post: AlertPost, *args: Any) -> Answer:
        self.asked.append(post.name)
        if len(self.asked) > self.times:
            return self.real.ask(post, *args)
        if self.after:
            self.real.ask(post, *args)
        raise self.error


class Died(BaseException):
    """A worker that is killed runs nothing more."""


def broken(error: Exception | BaseException, **how: Any) -> tuple[AlertAnsweringService, Broken]:
    service = alert_answering_service()
    asking = Broken(service.asking, error, **how)  # type: ignore[arg-type]
    return replace(service, asking=asking), asking


def post_of(intake: AlertIntake, alert_id: str) -> Any:
    return intake.alert(alert_id)["posts"][0]


def deliver(intake: AlertIntake, **parts: Any) -> str:
    (alert_id,) = intake.post(alertmanager(an_alert(**parts))).json["alert_ids"]
    return str(alert_id)


def later(**time: float) -> None:
    """Let the leases and waits of posts pass."""
    with transaction(SYSTEM):
        connection().execute(
            "UPDATE alert_posts SET leased_until = leased_until - %(t)s,"
            " try_after = try_after - %(t)s, asked_at = asked_at - %(t)s",
            {"t": timedelta(**time)},
        )


def scalar(query: str) -> int:
    with transaction(SYSTEM):
        row = connection().execute(query).fetchone()
    assert row
    return int(row[0])


def units(meter: Meter) -> int:
    """What is used, and what is reserved, of a meter."""
    return scalar(
        f"SELECT coalesce(sum(used + reserved), 0) FROM usage_counters WHERE meter = '{meter}'"
    )


class TestAWorkerThatDies:
    @pytest.mark.parametrize("after", [False, True])
    def test_before_or_after_the_answer_is_charged_once(
        self, intake: AlertIntake, *, after: bool
    ) -> None:
        alert_id = deliver(intake)
        service, _ = broken(Died(), after=after)
        with pytest.raises(Died):
            service.answer_waiting(intake.owner.id)
        assert work(intake.owner) == [{"batchItemFailures": []}]
        assert post_of(intake, alert_id)["state"] == "waiting"
        later(minutes=2)
        work(intake.owner)
        assert post_of(intake, alert_id)["state"] == "answered"
        assert scalar("SELECT count(*) FROM answers") == 1
        assert (units(Meter.ANSWERS), units(Meter.ALERTS)) == (1, 1)

    def test_at_each_try_leaves_an_alert_that_says_so(self, intake: AlertIntake) -> None:
        alert_id = deliver(intake)
        service, _ = broken(Died())
        for _ in range(3):
            with pytest.raises(Died):
                service.answer_waiting(intake.owner.id)
            later(minutes=2)
        work(intake.owner)
        post = post_of(intake, alert_id)
        assert (post["state"], post["failure"]["code"]) == ("failed", "asking_given_up")


class TestADatabaseThatIsLost:
    @pytest.mark.parametrize("after", [False, True])
    def test_before_or_after_the_answer_is_charged_once(
        self, intake: AlertIntake, *, after: bool
    ) -> None:
        alert_id = deliver(intake)
        service, _ = broken(DatabaseUnavailable("It was lost."), times=1, after=after)
        with pytest.raises(DatabaseUnavailable):
            service.answer_waiting(intake.owner.id)
        later(minutes=2)
        work(intake.owner)
        assert post_of(intake, alert_id)["state"] == "answered"
        assert scalar("SELECT count(*) FROM answers") == 1
        assert (units(Meter.ANSWERS), units(Meter.ALERTS)) == (1, 1)


class TestAnIndexThatIsDown:
    def test_is_tried_again_soon(self, intake: AlertIntake) -> None:
        alert_id = deliver(intake)
        service, _ = broken(SearchUnavailable("It does not answer."), times=1)
        with pytest.raises(AlertsWait):
            service.answer_waiting(intake.owner.id)
        post = post_of(intake, alert_id)
        assert (post["state"], post["failure"]["code"]) == ("waiting", "search_unavailable")
        later(seconds=3)
        service.answer_waiting(intake.owner.id)
        assert post_of(intake, alert_id)["state"] == "answered"

    def test_for_long_leaves_an_alert_that_says_so(self, intake: AlertIntake) -> None:
        alert_id = deliver(intake)
        service, asking = broken(SearchUnavailable("It does not answer."))
        for _ in range(2):
            with pytest.raises(AlertsWait):
                service.answer_waiting(intake.owner.id)
            later(seconds=11)
        service.answer_waiting(intake.owner.id)
        post = post_of(intake, alert_id)
        assert (post["state"], post["failure"]["code"]) == ("failed", "search_unavailable")
        assert len(asking.asked) == 3
        assert (units(Meter.ANSWERS), units(Meter.ALERTS)) == (0, 0)

    def test_after_the_agent_failed_unexpectedly_is_logged_and_tried_again(
        self, intake: AlertIntake
    ) -> None:
        alert_id = deliver(intake)
        service, _ = broken(ZeroDivisionError(), times=1)
        with pytest.raises(ZeroDivisionError):
            service.answer_waiting(intake.owner.id)
        later(seconds=3)
        service.answer_waiting(intake.owner.id)
        assert post_of(intake, alert_id)["state"] == "answered"


class TestAPlan:
    @pytest.mark.parametrize("meter", ["answers", "alerts"])
    def test_that_is_used_up_leaves_an_alert_with_the_way_out(
        self, intake: AlertIntake, meter: str
    ) -> None:
        pay_in(intake.owner.id, 11 * USDT)
        terms: dict[str, Any] = {
            "allowances": allowances(**{meter: 0}),
            "features": frozenset({Feature.ALERTS}),
        }
        subscribe_now(intake.owner.id, plan_version(f"no-{meter}", **terms))
        alert_id = deliver(intake)
        counted()
        alert_answering_service().answer_waiting(intake.owner.id)
        assert counted("mara_alert_posts") == {"mara_alert_posts|unpaid": 1}
        post = post_of(intake, alert_id)
        assert (post["state"], post["failure"]["code"]) == ("failed", "usage_limit_reached")
        assert post["failure"]["facts"]["rule"]["meter"] == meter
        assert post["failure"]["facts"]["way_out"]
        assert (units(Meter.ANSWERS), units(Meter.ALERTS)) == (0, 0)

    def test_without_alerts_leaves_an_alert_that_says_so(self, intake: AlertIntake) -> None:
        pay_in(intake.owner.id, 11 * USDT)
        subscribe_now(intake.owner.id, plan_version("no-feature", features=frozenset()))
        alert_id = deliver(intake)
        work(intake.owner)
        assert post_of(intake, alert_id)["failure"]["code"] == "not_in_plan"


class TestPace:
    def test_is_30_asks_a_minute_the_most_severe_first(self, intake: AlertIntake) -> None:
        without_limits(intake.owner.id)
        words = ["info", "warning", "critical"] * 12
        names = [f"{word}{chr(97 + n % 26)}{n}" for n, word in enumerate(words)]
        storm = [
            an_alert(
                labels={"alertname": name, "severity": word, "job": f"{'x' * n}"}, fingerprint=name
            )
            for n, (name, word) in enumerate(zip(names, words, strict=True))
        ]
        intake.post(alertmanager(*storm))
        service, asking = broken(ZeroDivisionError(), times=0)
        service.answer_waiting(intake.owner.id)
        assert len(asking.asked) == ASKS_PER_MINUTE_MAX
        ranks = [
            ["critical", "warning", "info"].index(name.rstrip("0123456789")[:-1])
            for name in asking.asked
        ]
        assert ranks == sorted(ranks)
        later(seconds=61)
        service.answer_waiting(intake.owner.id)
        assert len(asking.asked) == len(words)

    def test_holds_for_parallel_workers(self, intake: AlertIntake) -> None:
        without_limits(intake.owner.id)
        storm = [
            an_alert(labels={"alertname": f"A{'x' * n}"}, fingerprint=str(n)) for n in range(36)
        ]
        intake.post(alertmanager(*storm))
        outcomes(lambda _: str(alert_answering_service().answer_waiting(intake.owner.id)), range(3))
        assert scalar("SELECT count(*) FROM answers") == ASKS_PER_MINUTE_MAX

    def test_of_test_alerts_is_limited_by_day(self, intake: AlertIntake) -> None:
        for number in range(TEST_ANSWERS_MAX + 1):
            labels = {"alertname": "TestAlert", "instance": "Grafana", "job": "x" * (number + 1)}
            alert = an_alert(labels=labels, fingerprint=str(number))
            intake.post(alertmanager(alert, version="1", orgId=1))
        work(intake.owner)
        failed = "SELECT count(*) FROM alert_posts WHERE failure->>'code' = 'test_alerts_used_up'"
        assert scalar(failed) == 1


class TestOneQuestion:
    def test_of_two_intakes_is_asked_once_in_10_minutes(self, intake: AlertIntake) -> None:
        from tests.support.alerting import make_intake

        other = make_intake(intake.owner, agent_id=intake.agent_id)
        ids = [deliver(one) for one in (intake, other)]
        work(intake.owner)
        first, second = (post_of(intake, alert_id) for alert_id in ids)
        assert first["answer_id"] == second["answer_id"]
        assert first["reply"] == second["reply"]
        assert (units(Meter.ANSWERS), units(Meter.ALERTS)) == (1, 1)

    def test_is_asked_by_one_worker_and_answered_for_all_posts(self, intake: AlertIntake) -> None:
        """A worse alert has a post of its own with the same question.

        See it fail: leave ``_same_is_asked`` out of the claim.
        """
        deliver(intake, labels={"severity": "warning"})
        deliver(intake, startsAt="2026-11-28T01:00:01Z")
        slow = _slow(0.5)
        outcomes(lambda _: str(slow().answer_waiting(intake.owner.id)), range(2))
        assert scalar("SELECT count(*) FROM alert_posts WHERE state = 'answered'") == 2
        assert scalar("SELECT count(DISTINCT answer_id) FROM alert_posts") == 1
        assert (units(Meter.ANSWERS), units(Meter.ALERTS)) == (1, 1)


class TestOneOwner:
    def test_has_a_few_questions_asked_at_once_and_all_of_them_in_the_end(
        self, intake: AlertIntake
    ) -> None:
        """See it fail: leave ``_asked_at_once`` out of the claim."""
        without_limits(intake.owner.id)
        names = words("Flood", 9)
        intake.post(
            alertmanager(*(an_alert(labels={"alertname": n}, fingerprint=n) for n in names))
        )
        at_once, most = Value("i", 0), Value("i", 0)
        slow = _slow(0.5, at_once, most)
        outcomes(lambda _: str(slow().answer_waiting(intake.owner.id)), range(8))
        assert most.value == ASKED_AT_ONCE_MAX
        assert scalar("SELECT count(*) FROM alert_posts WHERE state = 'waiting'") == 0


def _slow(
    seconds: float, at_once: Any = None, most: Any = None
) -> Callable[[], AlertAnsweringService]:
    """Makes services whose agents take so long, and count how many are asked at once."""

    @dataclass
    class Slow(Broken):
        def ask(self, *args: Any) -> Answer:
            if at_once is not None:
                with at_once.get_lock():
                    at_once.value += 1
                    most.value = max(most.value, at_once.value)
            time.sleep(seconds)
            try:
                return self.real.ask(*args)
            finally:
                if at_once is not None:
                    with at_once.get_lock():
                        at_once.value -= 1

    def make() -> AlertAnsweringService:
        service = alert_answering_service()
        return replace(service, asking=Slow(service.asking, ZeroDivisionError()))

    return make


class TestTheSchedule:
    def test_rings_for_alerts_whose_doorbell_was_lost(
        self, intake: AlertIntake, cloud: Cloud
    ) -> None:
        deliver(intake)
        assert answer_waiting_alerts({}, None)["result"] == 1
        work(intake.owner)
        assert answer_waiting_alerts({}, None)["result"] == 0


class TestCounts:
    def test_are_of_posts_by_their_end(self, intake: AlertIntake) -> None:
        deliver(intake)
        counted()
        alert_answering_service().answer_waiting(intake.owner.id)
        assert counted("mara_alert_posts") == {"mara_alert_posts|answered": 1}
