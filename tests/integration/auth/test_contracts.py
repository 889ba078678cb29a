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
)
from mara.auth.adapters.postgres_login_failures import PostgresLoginFailures
from mara.auth.adapters.postgres_mails import PostgresAccountMails
from mara.auth.adapters.postgres_sessions import PostgresSessions
from mara.auth.errors import InvalidCredentials
from mara.auth.model import AccessStatus, ApiKey, Credential, RefreshToken, Scope
from mara.auth.model.devices import Device, FailedLogins, FailureSubject, OpenSession
from mara.auth.model.mail import AccountMail, MailKind
from mara.auth.ports import AccountMails, ApiKeys, Credentials, LoginFailures, Sessions
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.users.adapters.postgres import PostgresUsers
from mara.users.errors import EmailTaken
from mara.users.model import Profile, User
from mara.users.ports import Users
from tests.support.fakes.auth import (
    FakeAccountMails,
    FakeApiKeys,
    FakeAuthDatabase,
    FakeCredentials,
    FakeLoginFailures,
    FakeSessions,
    FakeUsers,
)

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ANNA = FailureSubject("account:anna network:192.0.2.1", "anna", "192.0.2.1")


@dataclass
class Stores:
    users: Users
    credentials: Credentials
    sessions: Sessions
    keys: ApiKeys
    failures: LoginFailures
    mails: AccountMails
    unit_of_work: Callable[[Any], AbstractContextManager[None]]

    def add_user(self, email: str, *, active: bool = True) -> User:
        user = User(new_id(), email, Role.USER, active, Profile(), NOW, NOW)
        with self.unit_of_work(SYSTEM):
            self.users.add(user)
        return user

    def get_status(self, session_id: Any) -> AccessStatus | None:
        with self.unit_of_work(SYSTEM):
            return self.sessions.get_status(session_id)

    def open_session(self, user: User, device: Device | None = None) -> Any:
        with self.unit_of_work(SYSTEM):
            return self.open_session_in_transaction(user, device)

    def open_session_in_transaction(self, user: User, device: Device | None = None) -> Any:
        """A session with a refresh token that does not expire during the test."""
        session_id = new_id()
        self.sessions.open(session_id, user.id, NOW, device)
        expires_at = datetime(2100, 1, 1, tzinfo=UTC)
        token = RefreshToken(session_id.bytes, session_id, user.id, NOW, expires_at)
        self.sessions.add_token(token)
        return session_id

    def count(self, at: datetime, allowed: int = 2) -> timedelta | None:
        with self.unit_of_work(SYSTEM):
            return self.failures.check_and_increment(ANNA, at, allowed)


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
            PostgresAccountMails(),
            transaction,
        )
    database = FakeAuthDatabase()
    return Stores(
        FakeUsers(database),
        FakeCredentials(database),
        FakeSessions(database),
        FakeApiKeys(database),
        FakeLoginFailures(database),
        FakeAccountMails(database),
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

    def test_are_held_and_replaced_only_as_they_were_read(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        one, two = Credential(user.id, "one"), Credential(user.id, "two")
        with stores.unit_of_work(SYSTEM):
            stores.credentials.save(one, NOW)
            assert stores.credentials.hold(one)
            assert not stores.credentials.replace(two, two, NOW)
            assert stores.credentials.replace(one, two, NOW)
            assert not stores.credentials.hold(one)
            assert stores.credentials.hold(two)
            stores.users.save(replace(user, active=False))
            assert not stores.credentials.hold(two)

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

    def test_have_addresses_until_they_are_revoked(self, stores: Stores) -> None:
        user, other = stores.add_user("anna@example.com"), stores.add_user("boris@example.com")
        first = stores.open_session(user, Device("192.0.2.1", "Firefox"))
        stores.open_session(user, Device("192.0.2.2", "Firefox"))
        stores.open_session(user, Device("192.0.2.3", "curl"))
        stores.open_session(other, Device("192.0.2.4", "Firefox"))
        with stores.unit_of_work(user.id):
            found = stores.sessions.addresses(user.id, "Firefox")
            assert sorted(found) == ["192.0.2.1", "192.0.2.2"]
            stores.sessions.revoke(first, NOW, "logged out")
            assert list(stores.sessions.addresses(user.id, "Firefox")) == ["192.0.2.2"]

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

    def test_are_held_while_they_are_valid(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        session_id = stores.open_session(user)
        with stores.unit_of_work(user.id):
            assert stores.sessions.hold(session_id)
            assert not stores.sessions.hold(new_id())
            stores.sessions.revoke(session_id, NOW, "logged out")
            assert not stores.sessions.hold(session_id)
        inactive = stores.add_user("boris@example.com", active=False)
        with stores.unit_of_work(SYSTEM):
            assert not stores.sessions.hold(stores.open_session_in_transaction(inactive))

    def test_are_listed_with_their_devices_while_they_can_be_refreshed(
        self, stores: Stores
    ) -> None:
        anna, boris = stores.add_user("anna@example.com"), stores.add_user("boris@example.com")
        device, later = Device("192.0.2.1", "Firefox"), NOW + timedelta(minutes=2)
        ids = sorted(stores.open_session(anna, device) for _ in range(3))
        stores.open_session(boris, device)
        tokenless = new_id()
        with stores.unit_of_work(anna.id):
            stores.sessions.open(tokenless, anna.id, NOW)
            stores.sessions.record_use(ids[1], NOW + timedelta(seconds=59))
            stores.sessions.record_use(ids[1], later)
            stores.sessions.record_use(ids[2], later, Device("192.0.2.9", "curl"))
            assert stores.sessions.end(anna.id, ids[0], NOW, "ended")
            assert not stores.sessions.end(anna.id, ids[0], NOW, "ended")
            assert not stores.sessions.end(boris.id, ids[1], NOW, "ended")
            newest, one_more = stores.sessions.list(anna.id, PageRequest(1))
            rest = stores.sessions.list(anna.id, PageRequest(1, newest.id))
        assert newest == OpenSession(ids[2], NOW, later, Device("192.0.2.9", "curl"))
        assert rest == [one_more] == [OpenSession(ids[1], NOW, later, device)]

    def test_a_use_is_recorded_once_a_minute(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        session_id, seen = stores.open_session(user), []
        for seconds in (0, 60, 61):
            with stores.unit_of_work(SYSTEM):
                stores.sessions.record_use(session_id, NOW + timedelta(seconds=seconds))
                found = stores.sessions.get_status(session_id)
            seen.append(found and found.last_used_at)
        assert seen == [NOW, NOW, NOW + timedelta(seconds=61)]

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
            assert stores.keys.list(user.id, PageRequest()) == newest_first
            assert stores.keys.list(new_id(), PageRequest()) == []
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
            assert [key.id for key in stores.keys.list(user.id, PageRequest())] == [keys[1].id]

    def test_note_a_use_once_a_minute(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        key = ApiKey(new_id(), user.id, "a key", "mara_ab", b"a" * 32, frozenset(), NOW)
        seen = []
        with stores.unit_of_work(SYSTEM):
            stores.keys.add(key)
            for seconds in (0, 60, 61):
                stores.keys.use(key.hash, NOW + timedelta(seconds=seconds))
                seen.append(stores.keys.list(user.id, PageRequest())[0].last_used_at)
        assert seen == [NOW, NOW, NOW + timedelta(seconds=61)]


class TestLoginFailures:
    def test_lock_from_the_allowed_number_on(self, stores: Stores) -> None:
        assert [stores.count(NOW), stores.count(NOW)] == [None, None]
        assert stores.count(NOW + timedelta(seconds=10)) == timedelta(seconds=20)
        later = NOW + timedelta(seconds=30)
        with stores.unit_of_work(SYSTEM):
            remaining = [stores.failures.remaining_lock(ANNA, at) for at in (NOW, later)]
            unknown = stores.failures.remaining_lock(FailureSubject("network:192.0.2.9"), NOW)
        assert (remaining, unknown) == ([timedelta(seconds=30), None], None)
        assert stores.count(later) is None
        assert stores.count(later) == timedelta(seconds=60)

    def test_are_taken_back_one_by_one_or_all(self, stores: Stores) -> None:
        for undo_count in (stores.failures.decrement, stores.failures.reset):
            stores.count(NOW)
            with stores.unit_of_work(SYSTEM):
                undo_count(ANNA)
            assert [stores.count(NOW), stores.count(NOW)] == [None, None]
            assert stores.count(NOW) is not None
            with stores.unit_of_work(SYSTEM):
                stores.failures.reset(ANNA)

    def test_are_forgotten_after_a_day(self, stores: Stores) -> None:
        stores.count(NOW)
        later = NOW + timedelta(hours=24, seconds=1)
        assert [stores.count(later), stores.count(later)] == [None, None]
        assert stores.count(later) is not None

    def test_are_counted_in_windows_that_begin_with_the_first(self, stores: Stores) -> None:
        subject, window = FailureSubject("window:192.0.2.1"), timedelta(hours=1)
        counts = list[int]()
        for minutes in (0, 59, 60, 61, 119, 120):
            with stores.unit_of_work(SYSTEM):
                at = NOW + timedelta(minutes=minutes)
                counts.append(stores.failures.count_in_window(subject, at, window))
        assert counts == [1, 2, 1, 2, 3, 1]

    def test_of_an_account_are_listed_by_network_the_latest_first(self, stores: Stores) -> None:
        other = FailureSubject("account:anna network:192.0.2.2", "anna", "192.0.2.2")
        later = NOW + timedelta(seconds=5)
        stores.count(NOW)
        with stores.unit_of_work(SYSTEM):
            stores.failures.check_and_increment(other, later, 1)
            stores.failures.check_and_increment(FailureSubject("network:192.0.2.2"), later, 1)
            assert stores.failures.list("anna", NOW) == [
                FailedLogins("192.0.2.2", 1, later, later + timedelta(seconds=30)),
                FailedLogins("192.0.2.1", 1, NOW, None),
            ]
            assert len(stores.failures.list("anna", later)) == 1
            assert stores.failures.list("boris", NOW) == []


class TestAccountMails:
    def test_are_begun_again_until_they_are_sent(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        one = reset_mail(user, b"a" * 32)
        again = replace(one, token_hash=b"b" * 32)
        with stores.unit_of_work(SYSTEM):
            assert stores.mails.begin(one)
            assert stores.mails.begin(again)
            owners = [
                stores.mails.find_owner(hash_, MailKind.PASSWORD_RESET, NOW)
                for hash_ in (one.token_hash, again.token_hash)
                if hash_
            ]
            assert owners == [None, user.id]
            stores.mails.record_sent(one.id, NOW)
            assert not stores.mails.begin(one)

    def test_are_counted_by_owner_kind_and_time(self, stores: Stores) -> None:
        anna, boris = stores.add_user("anna@example.com"), stores.add_user("boris@example.com")
        mails = [reset_mail(anna, bytes([number]) * 32) for number in range(3)]
        others = [
            reset_mail(boris, b"o" * 32),
            replace(reset_mail(anna, b"v" * 32), kind=MailKind.EMAIL_VERIFICATION),
            AccountMail(new_id(), anna.id, MailKind.LOGIN_LOCK, None, NOW, None),
        ]
        with stores.unit_of_work(SYSTEM):
            for mail in [*mails, *others]:
                stores.mails.begin(mail)
            before = NOW - timedelta(seconds=1)
            counts = [
                stores.mails.count(anna.id, MailKind.PASSWORD_RESET, since, besides=mails[0].id)
                for since in (before, NOW)
            ]
        assert counts == [2, 0]

    def test_have_a_token_that_is_spent_once_in_its_time_for_its_kind(self, stores: Stores) -> None:
        user = stores.add_user("anna@example.com")
        kind, other = MailKind.PASSWORD_RESET, MailKind.EMAIL_VERIFICATION
        hashes = [b"a" * 32, b"b" * 32]
        expired_at = NOW + timedelta(minutes=30)
        with stores.unit_of_work(SYSTEM):
            for hash_ in hashes:
                stores.mails.begin(reset_mail(user, hash_))
            assert not stores.mails.spend(hashes[0], other, NOW)
            assert not stores.mails.spend(hashes[0], kind, expired_at)
            assert stores.mails.spend(hashes[0], kind, NOW)
            assert not stores.mails.spend(hashes[0], kind, NOW)
            assert stores.mails.find_owner(hashes[0], kind, NOW) is None
            stores.mails.spend_all(user.id, other, NOW)
            assert stores.mails.find_owner(hashes[1], kind, NOW) == user.id
            stores.mails.spend_all(user.id, kind, NOW)
            assert stores.mails.find_owner(hashes[1], kind, NOW) is None


def reset_mail(user: User, token_hash: bytes) -> AccountMail:
    expires_at = NOW + timedelta(minutes=30)
    return AccountMail(new_id(), user.id, MailKind.PASSWORD_RESET, token_hash, NOW, expires_at)
