"""One contract for the repositories of auth: those of PostgreSQL, and the fakes of unit tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mara.auth.adapters.postgres import (
    PostgresApiKeys,
    PostgresCredentials,
    PostgresSessions,
)
from mara.auth.adapters.postgres_login_failures import PostgresLoginFailures
from mara.auth.errors import InvalidCredentials
from mara.auth.model import AccessStatus, ApiKey, Credential, RefreshToken, Scope
from mara.auth.ports import ApiKeys, Credentials, LoginFailures, Sessions
from mara.kernel.ids import new_id
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.users.adapters.postgres import PostgresUsers
from mara.users.errors import EmailTaken
from mara.users.model import Profile, User
from mara.users.ports import Users
from tests.support.fakes.auth import (
    FakeApiKeys,
    FakeAuthDatabase,
    FakeCredentials,
    FakeLoginFailures,
    FakeSessions,
    FakeUsers,
)

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@dataclass
class Stores:
    users: Users
    credentials: Credentials
    sessions: Sessions
    keys: ApiKeys
    failures: LoginFailures
    unit_of_work: Callable[[Any], AbstractContextManager[None]]

    def add_user(self, email: str, *, active: bool = True) -> User:
        user = User(new_id(), email, Role.USER, active, Profile(), NOW, NOW)
        with self.unit_of_work(SYSTEM):
            self.users.add(user)
        return user

    def get_status(self, session_id: Any) -> AccessStatus | None:
        with self.unit_of_work(SYSTEM):
            return self.sessions.get_status(session_id)

    def open_session(self, user: User) -> Any:
        session_id = new_id()
        with self.unit_of_work(SYSTEM):
            self.sessions.open(session_id, user.id, NOW)
        return session_id

    def count(self, at: datetime, allowed: int = 2) -> timedelta | None:
        with self.unit_of_work(SYSTEM):
            return self.failures.check_and_increment("account:anna", at, allowed)


@pytest.fixture(params=["fake", "postgres"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "postgres":
        request.getfixturevalue("database")
        return Stores(
            PostgresUsers(),
            PostgresCredentials(),
            PostgresSessions(),
            PostgresApiKeys(),
            PostgresLoginFailures(),
            transaction,
        )
    database = FakeAuthDatabase()
    return Stores(
        FakeUsers(database),
        FakeCredentials(database),
        FakeSessions(database),
        FakeApiKeys(database),
        FakeLoginFailures(database),
        database.unit_of_work,
    )


class TestUsersAndCredentials:
    def test_an_email_is_taken_once(self, stores: Stores) -> None:
        stores.add_user("anna@example.com")
        with pytest.raises(EmailTaken):
            stores.add_user("anna@example.com")

    def test_are_found_and_replaced(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        with stores.unit_of_work(SYSTEM):
            assert stores.credentials.find(user.email) is None
            with pytest.raises(InvalidCredentials):
                stores.credentials.get(user.id)
            stores.credentials.save(Credential(user.id, "one"), NOW)
            stores.credentials.save(Credential(user.id, "two"), NOW)
        with stores.unit_of_work(user.id):
            assert stores.credentials.get(user.id) == Credential(user.id, "two")
        with stores.unit_of_work(SYSTEM):
            assert stores.credentials.find(user.email) == Credential(user.id, "two")
            assert stores.credentials.find("boris@example.com") is None

    def test_a_failed_transaction_leaves_nothing(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        with pytest.raises(ZeroDivisionError), stores.unit_of_work(SYSTEM):
            stores.credentials.save(Credential(user.id, "one"), NOW)
            raise ZeroDivisionError
        with stores.unit_of_work(SYSTEM):
            assert stores.credentials.find(user.email) is None


class TestSessions:
    def test_are_valid_until_they_are_revoked(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        session_id = stores.open_session(user)
        assert stores.get_status(session_id) == AccessStatus(user.id, Role.USER, valid=True)
        assert stores.get_status(new_id()) is None
        with stores.unit_of_work(user.id):
            stores.sessions.revoke(session_id, NOW, "logged out")
        assert stores.get_status(session_id) == AccessStatus(user.id, Role.USER, valid=False)

    def test_are_not_valid_for_an_inactive_account(self, stores: Stores) -> None:
        session_id = stores.open_session(stores.add_user("anna@example.com", active=False))
        found = stores.get_status(session_id)
        assert found is not None
        assert not found.valid

    def test_of_a_user_are_revoked_but_one(self, stores: Stores) -> None:
        anna, boris = stores.add_user("anna@example.com"), stores.add_user("boris@example.com")
        one, two, other = [stores.open_session(user) for user in (anna, anna, boris)]
        with stores.unit_of_work(anna.id):
            stores.sessions.revoke_all(anna.id, NOW, "password changed", spare=two)
        found = [stores.get_status(id_) for id_ in (one, two, other)]
        assert [status.valid for status in found if status] == [False, True, True]

    def test_a_refresh_token_is_spent_once(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        token = RefreshToken(b"h" * 32, stores.open_session(user), user.id, NOW, NOW)
        with stores.unit_of_work(SYSTEM):
            stores.sessions.add_token(token)
            assert stores.sessions.find_token(b"h" * 32) == token
            assert stores.sessions.consume(b"h" * 32, NOW) == replace(token, spent_at=NOW)
            assert stores.sessions.consume(b"h" * 32, NOW) is None
            assert stores.sessions.find_token(b"h" * 32) == replace(token, spent_at=NOW)
            assert stores.sessions.consume(b"i" * 32, NOW) is None


class TestApiKeys:
    def test_are_listed_used_and_deleted(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        scopes = frozenset({Scope.AGENTS_ASK})
        expires_at = NOW + timedelta(days=1)
        keys = [
            ApiKey(new_id(), user.id, "a key", "mara_ab", hash_, scopes, NOW, expires)
            for hash_, expires in ((b"a" * 32, None), (b"b" * 32, expires_at))
        ]
        with stores.unit_of_work(user.id):
            for key in keys:
                stores.keys.add(key)
            newest_first = sorted(keys, key=lambda key: key.id, reverse=True)
            assert stores.keys.list(user.id) == newest_first
            assert stores.keys.list(new_id()) == []
        with stores.unit_of_work(SYSTEM):
            assert stores.keys.use(b"c" * 32, NOW) is None
            valid = AccessStatus(user.id, Role.USER, valid=True)
            assert stores.keys.use(b"a" * 32, NOW) == (keys[0], valid)
            for at, is_valid in ((NOW, True), (expires_at, False)):
                found = stores.keys.use(b"b" * 32, at)
                assert found is not None
                assert found[1].valid is is_valid
        with stores.unit_of_work(user.id):
            assert not stores.keys.delete(new_id(), keys[0].id)
            assert stores.keys.delete(user.id, keys[0].id)
            assert not stores.keys.delete(user.id, keys[0].id)
            assert [key.id for key in stores.keys.list(user.id)] == [keys[1].id]

    def test_note_a_use_once_a_minute(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        key = ApiKey(new_id(), user.id, "a key", "mara_ab", b"a" * 32, frozenset(), NOW)
        seen = []
        with stores.unit_of_work(SYSTEM):
            stores.keys.add(key)
            for seconds in (0, 60, 61):
                stores.keys.use(key.hash, NOW + timedelta(seconds=seconds))
                seen.append(stores.keys.list(user.id)[0].last_used_at)
        assert seen == [NOW, NOW, NOW + timedelta(seconds=61)]


class TestLoginFailures:
    def test_lock_from_the_allowed_number_on(self, stores: Stores) -> None:
        assert [stores.count(NOW), stores.count(NOW)] == [None, None]
        assert stores.count(NOW + timedelta(seconds=10)) == timedelta(seconds=20)
        later = NOW + timedelta(seconds=30)
        assert stores.count(later) is None
        assert stores.count(later) == timedelta(seconds=60)

    def test_are_taken_back_one_by_one_or_all(self, stores: Stores) -> None:
        for undo_count in (stores.failures.decrement, stores.failures.reset):
            stores.count(NOW)
            with stores.unit_of_work(SYSTEM):
                undo_count("account:anna")
            assert [stores.count(NOW), stores.count(NOW)] == [None, None]
            assert stores.count(NOW) is not None
            with stores.unit_of_work(SYSTEM):
                stores.failures.reset("account:anna")

    def test_are_forgotten_after_a_day(self, stores: Stores) -> None:
        stores.count(NOW)
        later = NOW + timedelta(hours=24, seconds=1)
        assert [stores.count(later), stores.count(later)] == [None, None]
        assert stores.count(later) is not None
