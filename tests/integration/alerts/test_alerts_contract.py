"""The contract of alerts, posts and messages: PostgreSQL and the fakes of the fast tests.

Locks, and claims that skip what another transaction has, are PostgreSQL's alone: one transaction of
a fake runs at a time. See ``test_lock_order.py`` and ``test_killed.py``.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.agents.model import AnswerStatus, Reply
from mara.alerts.errors import AlertNotFound
from mara.alerts.model.alert import (
    AlertSource,
    AlertSourceKind,
    AlertStatus,
    EpisodeEnd,
    RecordedSignal,
)
from mara.alerts.model.alert_message import AlertMessage, PostWay, ShownContent
from mara.alerts.model.alert_overview import PostResult
from mara.alerts.model.alert_post import ASKED_AT_ONCE_MAX, AskFailure, PostState
from mara.alerts.model.alert_state import SignalOutcome
from mara.alerts.model.severity import Severity
from mara.alerts.model.vote import PostVote, VoteCounts
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from tests.support.alert_stores import (
    AT,
    CHAT,
    SOURCE,
    AlertStore,
    fake_alert_store,
    postgres_alert_store,
)

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING
OTHER = AlertSource(SOURCE.kind, new_id())
REPLY = Reply(AnswerStatus.ANSWERED, "Restart it.", 0.9)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> AlertStore:
    if request.param == "fake":
        return fake_alert_store()
    request.getfixturevalue("database")
    return postgres_alert_store()


@pytest.fixture
def anna(store: AlertStore) -> UUID:
    return store.make_owner()


def signal(alert_id: UUID, owner_id: UUID) -> RecordedSignal:
    ids = (new_id(), owner_id, alert_id, new_id())
    return RecordedSignal(*ids, AT, True, WARNING, SignalOutcome.OPENED)


class TestAlerts:
    def test_are_found_by_source_and_fingerprint(self, store: AlertStore, anna: UUID) -> None:
        first, second = store.add_alert(anna), store.add_alert(anna)
        other = store.add_alert(anna, source=AlertSource(AlertSourceKind.RULE, SOURCE.id))
        store.add_alert(store.make_owner(), fingerprint=first.fingerprint)
        wanted = [second.fingerprint, first.fingerprint, other.fingerprint, "unknown"]
        with store.unit_of_work(anna):
            assert store.alerts.of_source(anna, SOURCE, wanted) == [first, second]

    def test_are_saved_again_with_what_changed(self, store: AlertStore, anna: UUID) -> None:
        alert = store.add_alert(anna)
        changed = replace(
            alert, status=AlertStatus.RESOLVED, severity=CRITICAL, labels={"pod": "a"}
        )
        with store.unit_of_work(anna):
            store.alerts.save([changed], [], [])
            assert store.alerts.history(anna, alert.id).alert == changed

    def test_have_a_history_the_newest_first(self, store: AlertStore, anna: UUID) -> None:
        alert, post = store.add_alert(anna), store.add_post(anna)
        ended = store.open_episode(alert, post, ended_at=AT, ended_by=EpisodeEnd.RESOLVED)
        opened = store.open_episode(alert, post)
        signals = [signal(alert.id, anna), signal(alert.id, anna)]
        with store.unit_of_work(anna):
            store.alerts.save([], [], signals)
            history = store.alerts.history(anna, alert.id)
        assert list(history.episodes) == [opened, ended]
        assert list(history.signals) == signals[::-1]
        with pytest.raises(AlertNotFound), store.unit_of_work(SYSTEM):
            store.alerts.history(new_id(), alert.id)

    @pytest.mark.parametrize(
        ("changes", "filters"),
        [
            ({"status": AlertStatus.STALE}, {"status": AlertStatus.STALE}),
            ({"severity": CRITICAL}, {"severity": CRITICAL}),
            ({"source": AlertSource(AlertSourceKind.RULE, SOURCE.id)}, {"kind": "rule"}),
            ({"source": OTHER}, {"source": OTHER.id}),
            ({"description": "The pod restarts"}, {"text": "POD"}),
            ({"last_at": AT + HOUR}, {"since": AT + HOUR}),
            ({"last_at": AT - HOUR}, {"until": AT}),
        ],
    )
    def test_are_listed_by_filters(
        self, store: AlertStore, anna: UUID, changes: dict[str, Any], filters: dict[str, Any]
    ) -> None:
        store.add_alert(anna)
        wanted = store.add_alert(anna, **changes)
        store.add_alert(store.make_owner(), **changes)
        page = PageRequest.of(9, None, filters=filters)
        with store.unit_of_work(anna):
            assert store.alerts.list(anna, page) == [wanted]
            assert store.alerts.count(anna, page) == 1

    def test_are_sorted_by_their_last_signal(self, store: AlertStore, anna: UUID) -> None:
        times = (AT, AT + HOUR, AT - HOUR)
        first, second, third = (store.add_alert(anna, last_at=at) for at in times)
        with store.unit_of_work(anna):
            found = store.alerts.list(anna, PageRequest(9, sort="-last_at"))
        assert found == [second, first, third]

    def test_are_stale_while_they_fire_without_a_signal(
        self, store: AlertStore, anna: UUID
    ) -> None:
        old, older = (store.add_alert(anna, last_at=AT - hours * HOUR) for hours in (1, 2))
        store.add_alert(anna)
        store.add_alert(anna, last_at=AT - HOUR, status=AlertStatus.RESOLVED)
        with store.unit_of_work(SYSTEM):
            assert store.alerts.stale(AT, 9) == [older, old]
            assert store.alerts.stale(AT, 1) == [older]


class TestEpisodes:
    def test_are_open_until_they_end(self, store: AlertStore, anna: UUID) -> None:
        alert, post = store.add_alert(anna), store.add_post(anna)
        episode = store.open_episode(alert, post)
        later = replace(episode, id=new_id(), opened_at=AT + HOUR)
        with store.unit_of_work(anna):
            assert store.alerts.open_episodes(anna, [alert.id]) == [episode]
            # The one that ends and the one that begins are saved together.
            over = episode.over(AT + SECOND, EpisodeEnd.RESOLVED)
            store.alerts.save([], [later, over], [])
            assert store.alerts.open_episodes(anna, [alert.id, new_id()]) == [later]

    def test_move_to_a_newer_post_while_they_are_open(self, store: AlertStore, anna: UUID) -> None:
        old, new, alert = store.add_post(anna), store.add_post(anna), store.add_alert(anna)
        store.open_episode(alert, old, ended_at=AT, ended_by=EpisodeEnd.RESOLVED)
        opened = store.open_episode(alert, old)
        with store.unit_of_work(anna):
            store.alerts.move_open(anna, old.id, new.id)
            moved, ended = store.alerts.history(anna, alert.id).episodes
        assert moved == replace(opened, post_id=new.id)
        assert ended.post_id == old.id


class TestPosts:
    def test_are_found_by_their_key_the_newest_of_each(self, store: AlertStore, anna: UUID) -> None:
        store.add_post(anna)
        newest, other = store.add_post(anna), store.add_post(anna, key="other")
        store.add_post(anna, source=AlertSource(AlertSourceKind.RULE, SOURCE.id))
        store.add_post(store.make_owner())
        with store.unit_of_work(anna):
            found = store.posts.newest(anna, SOURCE, ["key", "other", "unknown"])
            assert sorted(found, key=lambda one: one.id) == [newest, other]
            assert store.posts.of_episodes(anna, [newest.id, other.id]) == [other, newest]

    def test_are_claimed_the_most_severe_first_once_until_a_time(
        self, store: AlertStore, anna: UUID
    ) -> None:
        until = AT + HOUR
        later = store.add_post(anna)
        severe = store.add_post(anna, key="severe", severity=CRITICAL)
        store.add_post(anna, key="much later", try_after=until + HOUR)
        store.add_post(anna, state=PostState.FAILED)

        def claim() -> UUID | None:
            with store.unit_of_work(anna):
                found = store.posts.claim(anna, AT, until)
            assert found is None or (found.leased_until, found.tries) == (until, 1)
            return found.id if found else None

        assert [claim() for _ in range(3)] == [severe.id, later.id, None]
        with store.unit_of_work(anna):
            again = store.posts.claim(anna, until + SECOND, until + HOUR)
        assert again is not None
        assert again.tries == 2

    @pytest.mark.parametrize(
        "changes",
        [{}, {"key": "other"}, {"agent_id": new_id()}, {"is_test": True}],
    )
    def test_are_not_claimed_while_another_asks_the_same(
        self, store: AlertStore, anna: UUID, changes: dict[str, Any]
    ) -> None:
        store.add_post(store.make_owner(), leased_until=AT)
        first = store.add_post(anna)
        asked = store.add_post(anna, **{"leased_until": AT, **changes})
        with store.unit_of_work(anna):
            found = store.posts.claim(anna, AT, AT + HOUR)
            assert (found and found.id) == (first.id if changes else None)
            if not changes:
                store.posts.save(replace(asked, leased_until=None, try_after=AT + HOUR))
                assert store.posts.claim(anna, AT, AT + HOUR) is not None

    def test_are_claimed_a_few_at_once_of_an_owner(self, store: AlertStore, anna: UUID) -> None:
        boris = store.make_owner()
        for number in range(ASKED_AT_ONCE_MAX + 1):
            for owner in (anna, boris):
                store.add_post(owner, key=f"key {number}")
        for owner in (anna, boris):
            with store.unit_of_work(owner):
                times = range(ASKED_AT_ONCE_MAX + 1)
                found = [store.posts.claim(owner, AT, AT + SECOND) for _ in times]
                assert [one is None for one in found] == [*[False] * ASKED_AT_ONCE_MAX, True]
                assert found[0] is not None
                store.posts.save(replace(found[0], state=PostState.FAILED))
                assert store.posts.claim(owner, AT, AT + SECOND) is not None

    def test_say_when_the_next_one_may_be_tried_and_who_waits(
        self, store: AlertStore, anna: UUID
    ) -> None:
        boris = store.make_owner()
        with store.unit_of_work(anna):
            assert store.posts.next_try(anna, AT) is None
        store.add_post(anna, try_after=AT + HOUR)
        store.add_post(anna, leased_until=AT + SECOND)
        store.add_post(boris, state=PostState.ANSWERED)
        with store.unit_of_work(SYSTEM):
            assert store.posts.next_try(anna, AT) == AT + SECOND
            assert store.posts.next_try(anna, AT + SECOND) == AT + HOUR
            assert store.posts.owners_waiting(AT, 9) == []
            assert store.posts.owners_waiting(AT + HOUR, 9) == [anna]

    def test_count_the_questions_since_a_time(self, store: AlertStore, anna: UUID) -> None:
        for changes in ({}, {"is_test": True}, {"asked_at": AT}, {"asked_at": None}):
            store.add_post(anna, **{"asked_at": AT + SECOND, **changes})
        with store.unit_of_work(anna):
            counts = [store.posts.asked_since(anna, AT, tests=tests) for tests in (False, True)]
        assert counts == [2, 1]

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"key": "other"},
            {"agent_version": 2},
            {"agent_id": new_id()},
            {"settled_at": AT},
            {"is_test": True},
        ],
    )
    def test_are_answered_again_by_an_equal_question_to_the_same_version(
        self, store: AlertStore, anna: UUID, changes: dict[str, Any]
    ) -> None:
        answered: dict[str, Any] = {"state": PostState.ANSWERED, "reply": REPLY, "agent_version": 3}
        known = store.add_post(anna, **{**answered, "settled_at": AT + SECOND, **changes})
        post = store.add_post(anna)
        with store.unit_of_work(anna):
            found = store.posts.answered_since(post, 3, AT)
        assert (found and (found.id, found.reply and found.reply.text)) == (
            None if changes else (known.id, REPLY.text)
        )

    def test_are_saved_with_what_became_of_the_question_alone(
        self, store: AlertStore, anna: UUID
    ) -> None:
        post = store.add_post(anna)
        failure = AskFailure("insufficient_funds", "Too little", "Deposit.", {"left": "1"})
        failed = replace(post, tries=3, asked_at=AT).failed(failure, AT + SECOND)
        with store.unit_of_work(anna):
            store.posts.save(replace(failed, name="other"))
            assert store.posts.of_episodes(anna, [post.id]) == [failed]

    def test_have_results_by_the_newest_episode_of_each_alert(
        self, store: AlertStore, anna: UUID
    ) -> None:
        first, second = store.add_alert(anna), store.add_alert(anna)
        old, new = store.add_post(anna), store.add_post(anna, state=PostState.ANSWERED)
        store.open_episode(first, old, ended_at=AT, ended_by=EpisodeEnd.RESOLVED)
        store.open_episode(first, new)
        store.open_episode(second, old)
        store.add_message(new, message_id=new_id(), escalated_at=AT)
        store.add_message(old)
        with store.unit_of_work(anna):
            store.messages.vote(PostVote(new.id, anna, 11, True, AT))
            found = store.posts.results(anna, [first.id, second.id, new_id()])
            assert store.posts.results(anna, []) == {}
        none = VoteCounts()
        assert found == {
            first.id: PostResult(new.id, PostState.ANSWERED, AT, None, VoteCounts(1), AT, CHAT),
            second.id: PostResult(old.id, PostState.WAITING, AT, None, none),
        }


class TestMessages:
    def test_are_found_by_their_post_and_owner(self, store: AlertStore, anna: UUID) -> None:
        post = store.add_post(anna)
        message = store.add_message(post)
        with store.unit_of_work(SYSTEM):
            assert store.messages.find(anna, post.id) == message
            assert store.messages.lock(anna, post.id) == message
            assert store.messages.find(new_id(), post.id) is None

    def test_are_saved_with_all_that_may_change(self, store: AlertStore, anna: UUID) -> None:
        message = store.add_message(store.add_post(anna))
        shown = message.showing(ShownContent.WHOLE, new_id()).escalated(AT, new_id())
        changed = shown.copied(PostWay.PRIVATE, new_id())
        with store.unit_of_work(anna):
            store.messages.save(changed)
            assert store.messages.find(anna, message.post_id) == changed

    def test_are_claimed_the_most_severe_first_then_the_oldest(
        self, store: AlertStore, anna: UUID
    ) -> None:
        young, old = store.add_post(anna), store.add_post(anna)
        severe, later = store.add_post(anna, severity=CRITICAL), store.add_post(anna)
        store.add_message(young)
        store.add_message(old, due_at=AT - HOUR)
        store.add_message(severe)
        store.add_message(later, due_at=AT + SECOND)
        found = []
        for _ in range(4):
            with store.unit_of_work(anna):
                message = store.messages.claim(anna, AT)
                if message is not None:
                    found.append(message.post_id)
                    store.messages.save(message.ended())
        assert found == [severe.id, old.id, young.id]

    def test_are_rung_for_once_at_each_time(self, store: AlertStore, anna: UUID) -> None:
        soon = store.add_message(store.add_post(anna), due_at=AT + 2 * SECOND)

        def take_bell(at: datetime = AT, until: datetime = AT + 9 * SECOND) -> datetime | None:
            with store.unit_of_work(anna):
                return store.messages.take_bell(anna, at, until)

        assert take_bell(until=AT + SECOND) is None
        assert [take_bell() for _ in range(3)] == [soon.due_at, None, None]
        sooner = store.add_message(store.add_post(anna), due_at=AT + SECOND)
        assert [take_bell() for _ in range(2)] == [sooner.due_at, None]
        assert [take_bell(AT + SECOND) for _ in range(2)] == [sooner.due_at] * 2
        with store.unit_of_work(anna):
            store.messages.save(sooner.ended())
            store.messages.save(replace(soon, due_at=AT + 3 * SECOND))
        assert [take_bell() for _ in range(2)] == [AT + 3 * SECOND, None]

    def test_say_whose_are_due(self, store: AlertStore, anna: UUID) -> None:
        store.add_message(store.add_post(anna), due_at=AT + SECOND)
        store.add_message(store.add_post(anna), due_at=None)
        with store.unit_of_work(SYSTEM):
            assert store.messages.owners_due(AT, 9) == []
            assert store.messages.owners_due(AT + SECOND, 9) == [anna]

    @pytest.mark.parametrize("shown", ShownContent)
    def test_are_edited_once_they_are_shown_and_get_an_answer_where_it_has_a_place(
        self, store: AlertStore, anna: UUID, shown: ShownContent
    ) -> None:
        post = store.add_post(anna)
        store.add_message(post, shown=shown, due_at=None)

        def due(change: Callable[[], object]) -> bool:
            with store.unit_of_work(anna):
                change()
                message = store.messages.find(anna, post.id)
                assert message is not None
                store.messages.save(message.ended())
            return message.due_at == AT

        unseen = {ShownContent.NOTHING, ShownContent.HELD}
        with_place = {ShownContent.NOTHING, ShownContent.ALERTS, ShownContent.WHOLE}
        posts = [post.id, new_id()]
        assert due(lambda: store.messages.changed(anna, posts, AT)) is (shown not in unseen)
        assert due(lambda: store.messages.settled(anna, post.id, AT)) is (shown in with_place)

    def test_that_were_lost_go_another_way_once(self, store: AlertStore, anna: UUID) -> None:
        shown: dict[str, Any] = {"shown": ShownContent.WHOLE, "due_at": None}
        post, other = store.add_post(anna), store.add_post(anna)
        message_id = new_id()
        message = store.add_message(post, message_id=message_id, **shown)
        kept = store.add_message(other, message_id=new_id(), **shown)
        given_up = [message_id, new_id()]
        with store.unit_of_work(anna):
            assert store.messages.lost(anna, given_up, AT) == {message_id}
            assert store.messages.lost(anna, given_up, AT) == set()
            lost = store.messages.find(anna, post.id)
            assert lost == replace(message, shown=ShownContent.LOST, due_at=AT)
            assert store.messages.find(anna, other.id) == kept

    def test_are_found_by_their_copies(self, store: AlertStore, anna: UUID) -> None:
        copies = [new_id(), new_id()]
        found = [store.add_message(store.add_post(anna), escalation_message_id=c) for c in copies]
        store.add_message(store.add_post(anna), message_id=copies[0])
        with store.unit_of_work(anna):
            assert store.messages.lock_copied(anna, copies[::-1]) == found
            assert store.messages.lock_copied(anna, [new_id()]) == []

    def test_know_the_message_before_with_the_same_question(
        self, store: AlertStore, anna: UUID
    ) -> None:
        def shown(**changes: Any) -> AlertMessage:
            return store.add_message(store.add_post(anna, **changes), message_id=new_id())

        shown()
        before = shown()
        shown(key="other")
        store.add_message(store.add_post(anna))
        post = store.add_post(anna)
        shown()
        with store.unit_of_work(anna):
            assert store.messages.message_before(post) == before.message_id
            assert store.messages.message_before(replace(post, key="new")) is None

    def test_show_alerts_that_fire_and_that_are_over(self, store: AlertStore, anna: UUID) -> None:
        post, later = store.add_post(anna), store.add_post(anna)
        over: dict[str, Any] = {"ended_at": AT, "ended_by": EpisodeEnd.RESOLVED}
        both, ended, moved = (store.add_alert(anna) for _ in range(3))
        store.open_episode(both, post, **over)
        store.open_episode(both, post)
        store.open_episode(ended, post, **over)
        store.open_episode(moved, later)
        with store.unit_of_work(anna):
            assert store.messages.alerts_of(anna, post.id) == [(both, True), (ended, False)]
            assert store.messages.alerts_of(anna, new_id()) == []


class TestVotes:
    def test_are_one_for_each_person_and_the_last_counts(
        self, store: AlertStore, anna: UUID
    ) -> None:
        post, other = store.add_post(anna), store.add_post(anna)
        said = [(post, 11, True), (post, 12, True), (post, 11, False), (other, 11, True)]
        with store.unit_of_work(anna):
            for of_post, person, helped in said:
                store.messages.vote(PostVote(of_post.id, anna, person, helped, AT))
            assert store.messages.votes(anna, post.id) == VoteCounts(1, 1)
            assert store.messages.votes(anna, new_id()) == VoteCounts()

    def test_stand_in_place_of_others_and_have_a_last_one(
        self, store: AlertStore, anna: UUID
    ) -> None:
        post, other = store.add_post(anna), store.add_post(anna)
        with store.unit_of_work(anna):
            assert store.messages.last_vote(anna, post.id) is None
            for of_post, person, second in ((post, 11, 2), (post, 12, 1), (other, 11, 0)):
                at = AT + second * SECOND
                store.messages.vote(PostVote(of_post.id, anna, person, person == 11, at))
            assert store.messages.last_vote(anna, post.id) is True
            owners = PostVote(post.id, anna, 0, False, AT + HOUR)
            store.messages.vote(owners, instead_of=[11, 13])
            assert store.messages.last_vote(anna, post.id) is False
            assert store.messages.votes(anna, post.id) == VoteCounts(0, 2)
            assert store.messages.votes(anna, other.id) == VoteCounts(1, 0)
