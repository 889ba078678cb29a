"""The contract of forgetting alerts: PostgreSQL and the fakes of the fast tests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from mara.alerts.errors import AlertNotFound
from mara.alerts.model.alert import Alert, AlertStatus, EpisodeEnd, RecordedSignal
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.alert_state import SignalOutcome
from mara.alerts.model.severity import Severity
from mara.alerts.ports.retention import AlertRetention
from mara.alerts.service.retention import AlertForgetting
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from tests.support.alert_stores import AT, AlertStore, fake_alert_store, postgres_alert_store

DAY = timedelta(days=1)
OLD, NEW = AT - 2 * DAY, AT
BEFORE = AT - DAY


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> AlertStore:
    if request.param == "fake":
        return fake_alert_store()
    request.getfixturevalue("database")
    return postgres_alert_store()


@pytest.fixture
def anna(store: AlertStore) -> UUID:
    return store.make_owner()


def add_signal(store: AlertStore, alert: Alert, at: datetime) -> RecordedSignal:
    ids = (new_id(), alert.owner_id, alert.id, new_id())
    signal = RecordedSignal(*ids, at, True, Severity.WARNING, SignalOutcome.OPENED)
    with store.unit_of_work(alert.owner_id):
        store.alerts.save([], [], [signal])
    return signal


def add_outage(store: AlertStore, alert: Alert, ended_at: datetime | None) -> AlertPost:
    """The post of an episode of two days ago."""
    post = store.add_post(alert.owner_id, created_at=OLD)
    end = EpisodeEnd.RESOLVED if ended_at else None
    store.open_episode(alert, post, ended_at=ended_at, ended_by=end, opened_at=OLD, began_at=OLD)
    return post


def left(store: AlertStore, alert: Alert) -> tuple[int, int]:
    """The numbers of its episodes and of its signals."""
    with store.unit_of_work(alert.owner_id):
        history = store.alerts.history(alert.owner_id, alert.id)
    return len(history.episodes), len(history.signals)


def posts(store: AlertStore, *wanted: AlertPost) -> list[bool]:
    """Whether each of them is there."""
    with store.unit_of_work(SYSTEM):
        return [bool(store.posts.of_episodes(one.owner_id, [one.id])) for one in wanted]


def test_an_alert_that_comes_back_keeps_only_what_is_new(store: AlertStore, anna: UUID) -> None:
    alert = store.add_alert(anna)
    first, second, open_one = (add_outage(store, alert, ended) for ended in (OLD, NEW, None))
    store.add_message(first)
    for at in (OLD, OLD, NEW):
        add_signal(store, alert, at)
    forgetting = AlertForgetting(store.retention, store.unit_of_work, DAY)
    assert forgetting.forget(AT) == {
        "alerts": 0,
        "alert_episodes": 1,
        "alert_signals": 2,
        "alert_posts": 1,
        "alert_deliveries": 0,
    }
    assert left(store, alert) == (2, 1)
    assert posts(store, first, second, open_one) == [False, True, True]
    assert store.find_message(first.id, anna) is None


@pytest.mark.parametrize(
    ("status", "last_at", "stays"),
    [
        (AlertStatus.RESOLVED, OLD, False),
        (AlertStatus.STALE, OLD, False),
        (AlertStatus.RESOLVED, BEFORE, True),
        (AlertStatus.FIRING, OLD, True),
    ],
)
def test_an_alert_goes_with_all_it_has_after_its_last_signal(
    store: AlertStore, anna: UUID, status: AlertStatus, last_at: datetime, *, stays: bool
) -> None:
    alert = store.add_alert(anna, status=status, last_at=last_at)
    post = add_outage(store, alert, NEW)
    add_signal(store, alert, NEW)
    with store.unit_of_work(SYSTEM):
        assert store.retention.forget_alerts(BEFORE, 9) == (not stays)
        assert store.retention.forget_posts(BEFORE, 9) == (not stays)
    if stays:
        assert left(store, alert) == (1, 1)
    else:
        with pytest.raises(AlertNotFound), store.unit_of_work(SYSTEM):
            store.alerts.history(anna, alert.id)
    assert posts(store, post) == [stays]


def test_a_post_without_an_episode_goes_by_its_own_age(store: AlertStore, anna: UUID) -> None:
    old, new = store.add_post(anna, created_at=OLD), store.add_post(anna, created_at=NEW)
    with store.unit_of_work(SYSTEM):
        assert store.retention.forget_posts(BEFORE, 9) == 1
    assert posts(store, old, new) == [False, True]


Forget = Callable[[AlertRetention], Callable[[datetime, int], int]]


@pytest.mark.parametrize(
    "forget",
    [
        lambda stores: stores.forget_alerts,
        lambda stores: stores.forget_episodes,
        lambda stores: stores.forget_signals,
        lambda stores: stores.forget_posts,
    ],
    ids=["alerts", "episodes", "signals", "posts"],
)
def test_of_many_rows_no_more_go_than_are_asked_for(
    store: AlertStore, anna: UUID, forget: Forget
) -> None:
    for _ in range(3):
        alert = store.add_alert(anna, status=AlertStatus.RESOLVED, last_at=OLD)
        add_outage(store, alert, OLD)
        add_signal(store, alert, OLD)
        store.add_post(anna, created_at=OLD)
    with store.unit_of_work(SYSTEM):
        counts = [forget(store.retention)(BEFORE, 2) for _ in range(3)]
    assert counts == [2, 1, 0]


def test_all_pages_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mara.alerts.service.retention.AT_ONCE", 2)
    store = fake_alert_store()
    alert = store.add_alert(new_id())
    for _ in range(5):
        add_signal(store, alert, OLD)
    forgetting = AlertForgetting(store.retention, store.unit_of_work, DAY)
    assert forgetting.forget(AT)["alert_signals"] == 5
    assert left(store, alert) == (0, 0)
