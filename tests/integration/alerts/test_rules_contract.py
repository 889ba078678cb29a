"""The contract of monitoring rules, kept texts and missed posts: PostgreSQL and the fakes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.alerts.adapters.postgres_missed import PostgresMissedPosts
from mara.alerts.adapters.postgres_rule_texts import PostgresRuleTexts
from mara.alerts.adapters.postgres_rules import PostgresRules
from mara.alerts.errors import RuleNotFound
from mara.alerts.model.alert import EpisodeEnd
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.kept_text import KeptText, SealedText, text_id
from mara.alerts.model.keywords import Keywords
from mara.alerts.model.missed_post import MissedPost
from mara.alerts.model.rule import ChatRule, Conditions, RuleSettings, Semantic
from mara.alerts.model.rule_kinds import ContentKind, RuleSender
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import ListedPosts
from mara.alerts.model.watched_message import RuleFiring
from mara.alerts.ports.messages import MissedPosts
from mara.alerts.ports.rules import Rules, RuleTexts
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from tests.support.alert_stores import (
    AT,
    CHAT,
    AlertStore,
    fake_alert_store,
    postgres_alert_store,
)
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.missed_posts import FakeMissedPosts
from tests.support.fakes.rule_texts import FakeRuleTexts
from tests.support.fakes.rules import FakeRules

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Store:
    base: AlertStore
    rules: Rules
    missed: MissedPosts
    texts: RuleTexts

    def add(self, owner_id: UUID, config_id: UUID, **changes: Any) -> ChatRule:
        conditions = Conditions(keywords=Keywords(any_of=("down",)))
        settings = RuleSettings("Outages", config_id, (CHAT,), conditions, new_id())
        rule = ChatRule(new_id(), owner_id, replace(settings, **changes), AT, AT)
        with self.base.unit_of_work(owner_id):
            self.rules.add(rule)
        return rule

    def fire(self, rule: ChatRule, message_id: int = 1, **changes: Any) -> bool:
        made = RuleFiring(new_id(), rule.id, rule.owner_id, (CHAT, message_id), AT)
        with self.base.unit_of_work(rule.owner_id):
            return self.rules.fire(replace(made, **changes))

    def get(self, rule: ChatRule) -> ChatRule:
        with self.base.unit_of_work(SYSTEM):
            return self.rules.get(rule.owner_id, rule.id)

    def keep(self, rule: ChatRule, message_id: int = 1, **changes: Any) -> KeptText:
        kinds, sealed = frozenset({ContentKind.TEXT}), SealedText(b"nonce", b"ciphertext")
        made = KeptText(
            *(text_id(rule.id, CHAT, message_id), rule.id, rule.owner_id, CHAT, message_id),
            *(None, kinds, RuleSender.PEOPLE, AT, sealed),
        )
        text = replace(made, **changes)
        with self.base.unit_of_work(rule.owner_id):
            self.texts.keep(text)
        return text

    def kept(self, rule: ChatRule, since: datetime = AT - timedelta(days=99)) -> list[KeptText]:
        with self.base.unit_of_work(rule.owner_id):
            found = self.texts.newest(rule.owner_id, rule.id, since, 9)
            assert self.texts.count(rule.owner_id, rule.id, since) == len(found)
        return list(found)

    def miss(self, post: AlertPost, config_id: UUID, **changes: Any) -> MissedPost:
        made = MissedPost(post.id, post.owner_id, config_id, CHAT, 7, AT)
        missed = replace(made, **changes)
        with self.base.unit_of_work(post.owner_id):
            self.missed.add(missed)
        return missed


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()
        base = fake_alert_store(database)
        return Store(base, FakeRules(database), FakeMissedPosts(database), FakeRuleTexts(database))
    request.getfixturevalue("database")
    return Store(
        postgres_alert_store(), PostgresRules(), PostgresMissedPosts(), PostgresRuleTexts()
    )


@pytest.fixture
def anna(store: Store) -> UUID:
    return store.base.make_owner()


@pytest.fixture
def bot(store: Store, anna: UUID) -> UUID:
    return store.base.make_bot(anna)


class TestRules:
    def test_are_found_by_their_owner_alone(self, store: Store, anna: UUID, bot: UUID) -> None:
        rule = store.add(anna, bot)
        with store.base.unit_of_work(SYSTEM):
            assert store.rules.get(anna, rule.id) == store.rules.lock(anna, rule.id) == rule
            for wrong in ((new_id(), rule.id), (anna, new_id())):
                with pytest.raises(RuleNotFound):
                    store.rules.get(*wrong)

    def test_are_saved_with_their_settings_and_keep_what_they_counted(
        self, store: Store, anna: UUID, bot: UUID
    ) -> None:
        rule = store.add(anna, bot)
        store.fire(rule)
        changes = {"semantic": Semantic(("it is down",)), "chat_ids": (1, 2), "keep_days": 0}
        changed = replace(rule, settings=rule.settings.changed(changes), updated_at=AT + SECOND)
        with store.base.unit_of_work(anna):
            store.rules.save(changed)
        assert store.get(rule) == replace(changed, fired=1, last_fired_at=AT)

    def test_are_listed_newest_first_by_bot_and_text(
        self, store: Store, anna: UUID, bot: UUID
    ) -> None:
        old, new = store.add(anna, bot), store.add(anna, bot, name="Disks")
        boris = store.base.make_owner()
        store.add(boris, store.base.make_bot(boris))
        cases: list[tuple[dict[str, Any], list[ChatRule]]] = [
            ({}, [new, old]),
            ({"config": bot, "text": "OUT"}, [old]),
            ({"config": new_id()}, []),
        ]
        with store.base.unit_of_work(anna):
            for filters, wanted in cases:
                page = PageRequest(9, filters=filters)
                assert store.rules.list(anna, page) == wanted
                assert store.rules.count(anna, page) == len(wanted)
            assert store.rules.list(anna, PageRequest(9, new.id)) == [old]
            assert store.rules.count_all(anna) == 2

    def test_watch_the_chats_that_they_name(self, store: Store, anna: UUID, bot: UUID) -> None:
        first, second = store.add(anna, bot), store.add(anna, bot, chat_ids=(5, CHAT))
        store.add(anna, bot, chat_ids=(5,))
        with store.base.unit_of_work(anna):
            assert store.rules.watching(anna, bot, CHAT) == [first, second]
            assert store.rules.watching(anna, new_id(), CHAT) == []

    def test_are_deleted_by_their_owner_alone(self, store: Store, anna: UUID, bot: UUID) -> None:
        rule = store.add(anna, bot)
        store.fire(rule)
        with store.base.unit_of_work(SYSTEM):
            with pytest.raises(RuleNotFound):
                store.rules.delete(new_id(), rule.id)
            store.rules.delete(anna, rule.id)
            assert store.rules.count_all(anna) == 0
            assert store.rules.fired(anna, [rule.id], (CHAT, 1)) == set()


class TestFirings:
    def test_are_one_for_each_message_and_counted(
        self, store: Store, anna: UUID, bot: UUID
    ) -> None:
        rule, other = store.add(anna, bot), store.add(anna, bot)
        assert [store.fire(rule, 1), store.fire(rule, 1), store.fire(rule, 2)] == [
            *(True, False, True)
        ]
        assert store.fire(other, 2, at=AT + SECOND)
        assert (store.get(rule).fired, store.get(other).last_fired_at) == (2, AT + SECOND)
        with store.base.unit_of_work(anna):
            both = [rule.id, other.id, new_id()]
            assert store.rules.fired(anna, both, (CHAT, 1)) == {rule.id}
            assert store.rules.fired(anna, both, (CHAT, 2)) == {rule.id, other.id}
            assert store.rules.fired(anna, both, (CHAT + 1, 1)) == set()

    def test_are_forgotten_before_a_time(self, store: Store, anna: UUID, bot: UUID) -> None:
        rule = store.add(anna, bot)
        store.fire(rule, 1)
        store.fire(rule, 2, at=AT + SECOND)
        with store.base.unit_of_work(SYSTEM):
            assert store.rules.forget_firings(AT + SECOND) == 1
            assert store.rules.fired(anna, [rule.id], (CHAT, 1)) == set()
        assert store.get(rule).fired == 2


class TestMissedPosts:
    def test_are_taken_once_by_their_chat(self, store: Store, anna: UUID, bot: UUID) -> None:
        post = store.base.add_post(anna)
        missed = store.miss(post, bot)
        store.miss(post, bot, missed_at=AT + SECOND)  # it is known
        elsewhere = store.miss(post, bot, chat_id=CHAT - 1)
        with store.base.unit_of_work(anna):
            assert store.missed.take(anna, bot, CHAT) == [missed]
            assert store.missed.take(anna, bot, CHAT) == []
            assert store.missed.take(new_id(), bot, CHAT - 1) == []
            assert store.missed.take(anna, bot, CHAT - 1) == [elsewhere]

    def test_are_listed_by_name_the_most_severe_first(self, store: Store, anna: UUID) -> None:
        base = store.base
        posts = [
            *(base.add_post(anna, name=name) for name in ("b", "c", "a", "c")),
            base.add_post(anna, name="z", severity=Severity.CRITICAL),
        ]
        alert = base.add_alert(anna)
        base.open_episode(alert, posts[1])
        base.open_episode(base.add_alert(anna), posts[0], ended_at=AT, ended_by=EpisodeEnd.STALE)
        base.add_post(anna)
        warning = Severity.WARNING
        with base.unit_of_work(anna):
            found = store.missed.listed(anna, [one.id for one in posts])
            assert store.missed.listed(anna, []) == []
        assert found == [
            ListedPosts("z", Severity.CRITICAL, 1, 0),
            ListedPosts("c", warning, 2, 1),
            ListedPosts("a", warning, 1, 0),
            ListedPosts("b", warning, 1, 0),
        ]

    def test_are_forgotten_before_a_time(self, store: Store, anna: UUID, bot: UUID) -> None:
        store.miss(store.base.add_post(anna), bot)
        kept = store.miss(store.base.add_post(anna), bot, missed_at=AT + SECOND)
        with store.base.unit_of_work(SYSTEM):
            assert store.missed.forget(AT + SECOND) == 1
            assert store.missed.take(anna, bot, CHAT) == [kept]


class TestTexts:
    def test_are_found_newest_first_since_a_time(self, store: Store, anna: UUID, bot: UUID) -> None:
        rule = store.add(anna, bot)
        old, new = (store.keep(rule, n, received_at=AT + n * SECOND) for n in (1, 2))
        store.keep(store.add(anna, bot), 3)
        assert store.kept(rule) == [new, old]
        assert store.kept(rule, AT + SECOND) == [new]
        with store.base.unit_of_work(anna):
            assert store.texts.newest(anna, rule.id, AT, 1) == [new]

    def test_are_replaced_by_an_edit_which_keeps_their_time(
        self, store: Store, anna: UUID, bot: UUID
    ) -> None:
        rule = store.add(anna, bot)
        text = store.keep(rule)
        kinds = frozenset({ContentKind.TEXT, ContentKind.EDITS})
        edited: dict[str, Any] = {"kinds": kinds, "sealed": SealedText(b"other", b"edited")}
        store.keep(rule, received_at=AT + SECOND, **edited)
        assert store.kept(rule) == [replace(text, **edited)]

    @pytest.mark.parametrize(
        ("changes", "left"),
        [
            ({}, 1),
            ({"chat_ids": (5,)}, 0),
            ({"chat_ids": ()}, 0),
            ({"kinds": frozenset({ContentKind.CAPTIONS})}, 0),
            ({"senders": frozenset({RuleSender.BOTS})}, 0),
            ({"keep_days": 0}, 0),
        ],
    )
    def test_are_forgotten_that_the_rule_would_not_keep_any_more(
        self, store: Store, anna: UUID, bot: UUID, changes: dict[str, Any], left: int
    ) -> None:
        rule, other = store.add(anna, bot), store.add(anna, bot)
        for one in (rule, other):
            store.keep(one)
        with store.base.unit_of_work(anna):
            settings = replace(rule.settings, **changes)
            assert store.texts.forget_unread(rule.id, settings, AT) == 1 - left
        assert (len(store.kept(rule)), len(store.kept(other))) == (left, 1)

    def test_are_forgotten_of_a_chat_of_a_bot_and_one_by_one(
        self, store: Store, anna: UUID, bot: UUID
    ) -> None:
        rule = store.add(anna, bot)
        first, second = store.keep(rule, 1), store.keep(rule, 2)
        elsewhere = store.keep(rule, 3, chat_id=5)
        with store.base.unit_of_work(anna):
            assert store.texts.forget_chat(anna, new_id(), CHAT) == 0
            assert store.texts.forget(anna, [first.id, new_id()]) == 1
            assert store.texts.forget_chat(anna, bot, CHAT) == 1
        assert second not in store.kept(rule)
        assert store.kept(rule) == [elsewhere]

    def test_are_forgotten_after_the_days_of_their_rule_the_oldest_first(
        self, store: Store, anna: UUID, bot: UUID
    ) -> None:
        short, long = store.add(anna, bot, keep_days=1), store.add(anna, bot, keep_days=30)
        for number in (1, 2, 3):
            store.keep(short, number, received_at=AT + number * SECOND)
        store.keep(long)
        at = AT + timedelta(days=1) + 2 * SECOND
        with store.base.unit_of_work(SYSTEM):
            assert [store.texts.forget_old(at, 1) for _ in range(3)] == [1, 1, 0]
        assert [one.message_id for one in store.kept(short)] == [3]
        assert len(store.kept(long)) == 1

    def test_go_with_their_rule(self, store: Store, anna: UUID, bot: UUID) -> None:
        rule = store.add(anna, bot)
        store.keep(rule)
        with store.base.unit_of_work(anna):
            store.rules.delete(anna, rule.id)
        assert store.kept(rule) == []
