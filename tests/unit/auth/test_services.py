"""The services of auth on in-memory repositories; passwords and tokens are the real ones."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.auth.adapters.jwt import JwtAccessTokens
from mara.auth.errors import (
    ApiKeyNotFound,
    ExpiryInPast,
    InvalidApiKey,
    InvalidCredentials,
    InvalidRefreshToken,
    InvalidToken,
    LoginLocked,
    RefreshTokenReused,
    SessionNotFound,
    TooManyApiKeys,
    WeakPassword,
)
from mara.auth.messages import SendAccountMail
from mara.auth.model import (
    LOCK_FIRST,
    LOCK_MAX,
    REFRESH_GRACE,
    AccessStatus,
    Scope,
    SessionTokens,
    lock_after,
)
from mara.auth.model.devices import Device
from mara.auth.model.mail import MailKind
from mara.auth.service import (
    ApiKeyService,
    AuthenticationService,
    DeviceService,
    PasswordService,
    RegistrationService,
    SessionService,
)
from mara.auth.service.api_keys import KEYS_MAX
from mara.auth.service.opaque import hash_of, new_opaque_token
from mara.auth.service.sessions import LoginPolicy
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.platform.token_secrets import TokenSecrets
from mara.users.errors import EmailTaken
from mara.users.model import Profile, User
from tests.support.fakes.audit import FakeAuditLog
from tests.support.fakes.auth import (
    FakeApiKeys,
    FakeAuthDatabase,
    FakeCredentials,
    FakeLoginFailures,
    FakeSessions,
    FakeUsers,
)
from tests.support.interruptions import InterruptedPasswords

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PASSWORD = "tram-lantern-42-orbit"
OTHER_PASSWORD = "velvet-harbour-77-pine"
OWN_WORD = "quill.featherstone@harbour.example"
ADDRESS = "192.0.2.1"
POLICY = LoginPolicy(
    failures_per_account=2,
    failures_per_address=5,
    access_lifetime=timedelta(minutes=15),
    refresh_lifetime=timedelta(days=7),
)


@dataclass
class CountedSessions(FakeSessions):
    """Counts the uses that it is asked to record."""

    uses: int = 0

    def record_use(self, session_id: UUID, at: datetime, device: Device | None = None) -> None:
        self.uses += 1
        super().record_use(session_id, at, device)


@dataclass
class Auth:
    """All services on one database, and a clock that the test sets.

    ``locks`` are the counts that were locked. A unit test has one thread: nothing waits for them.
    """

    database: FakeAuthDatabase = field(default_factory=FakeAuthDatabase)
    at: datetime = NOW
    locks: list[tuple[UUID, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        database, unit_of_work = self.database, self.database.unit_of_work
        passwords, tokens = InterruptedPasswords(), JwtAccessTokens(TokenSecrets())
        sessions, failures = CountedSessions(database), FakeLoginFailures(database)
        self.meanwhile, self.stored_sessions = passwords.meanwhile, sessions
        credentials, keys = FakeCredentials(database), FakeApiKeys(database)
        self.registration = RegistrationService(
            FakeUsers(database), credentials, passwords, database.publish, unit_of_work, self.now
        )
        self.sessions = SessionService(
            credentials=credentials,
            passwords=passwords,
            access_tokens=tokens,
            sessions=sessions,
            failures=failures,
            policy=POLICY,
            publish=database.publish,
            unit_of_work=unit_of_work,
            now=self.now,
            audit=FakeAuditLog(database),
        )
        self.passwords = PasswordService(
            credentials=credentials,
            passwords=passwords,
            sessions=sessions,
            users=FakeUsers(database),
            failures=failures,
            failures_allowed=2,
            publish=database.publish,
            unit_of_work=unit_of_work,
            now=self.now,
        )
        self.devices = DeviceService(
            sessions, failures, FakeUsers(database), unit_of_work, self.now
        )
        self.keys = ApiKeyService(
            keys, sessions, self.lock_count, unit_of_work, self.now, FakeAuditLog(database)
        )
        self.authentication = AuthenticationService(tokens, sessions, keys, unit_of_work, self.now)

    def now(self) -> datetime:
        return self.at

    def lock_count(self, owner_id: UUID, kind: str) -> None:
        self.locks.append((owner_id, kind))

    def register(self, email: str = "anna@example.com") -> User:
        return self.registration.register(email=email, password=PASSWORD, profile=Profile())

    def log_in(
        self, password: str = PASSWORD, address: str = ADDRESS, held: Sequence[str] = ()
    ) -> SessionTokens:
        return self.sessions.log_in(
            email="Anna@example.com", password=password, address=address, held_tokens=held
        )

    def fail_to_log_in(self, address: str = ADDRESS, held: Sequence[str] = ()) -> None:
        with pytest.raises(InvalidCredentials):
            self.log_in("wrong", address, held)

    def is_locked_out(self, address: str = ADDRESS, held: Sequence[str] = ()) -> bool:
        try:
            self.log_in(address=address, held=held)
        except LoginLocked:
            return True
        return False

    def caller(self, tokens: SessionTokens) -> Principal:
        return self.authentication.authenticate(tokens.access_token)

    def deactivate(self, user: User) -> None:
        self.database.committed.users[user.id] = replace(user, active=False)

    def reasons(self) -> list[str | None]:
        return [session.revoked_because for session in self.database.committed.sessions.values()]


@pytest.fixture
def auth() -> Auth:
    return Auth()


class TestRegister:
    def test_stores_an_active_user_in_lower_case(self, auth: Auth) -> None:
        user = auth.register("Anna@Example.com")
        assert (user.email, user.role, user.active) == ("anna@example.com", Role.USER, True)
        assert (user.created_at, user.updated_at) == (NOW, NOW)
        assert auth.database.committed.users == {user.id: user}
        assert set(auth.database.committed.credentials) == {user.id}
        (message,) = auth.database.committed.messages
        assert isinstance(message, SendAccountMail)
        assert (message.kind, message.email) == (MailKind.EMAIL_VERIFICATION, user.email)

    @pytest.mark.parametrize("password", ["password", "12345678"])
    def test_refuses_a_weak_password(self, auth: Auth, password: str) -> None:
        with pytest.raises(WeakPassword):
            auth.registration.register(email="a@example.com", password=password, profile=Profile())
        assert auth.database.committed.users == {}

    @pytest.mark.parametrize(
        ("email", "profile"),
        [
            (OWN_WORD, Profile()),
            ("a@example.com", Profile(full_name=OWN_WORD)),
            ("a@example.com", Profile(company=OWN_WORD)),
        ],
    )
    def test_refuses_a_password_made_of_the_users_own_words(
        self, auth: Auth, email: str, profile: Profile
    ) -> None:
        others = Profile(full_name="Boris", company="Acme")
        auth.registration.register(email="b@example.com", password=OWN_WORD, profile=others)
        with pytest.raises(WeakPassword):
            auth.registration.register(email=email, password=OWN_WORD, profile=profile)

    def test_refuses_an_email_that_is_taken(self, auth: Auth) -> None:
        auth.register()
        with pytest.raises(EmailTaken):
            auth.register("ANNA@example.com")

    def test_checks_the_address_and_the_password_at_once(self, auth: Auth) -> None:
        auth.register()
        with pytest.raises(WeakPassword) as weak:
            auth.registration.check("ANNA@example.com", "password", ())
        (taken,) = weak.value.also
        assert isinstance(taken, EmailTaken)
        with pytest.raises(EmailTaken):
            auth.registration.check("anna@example.com", None, ())
        auth.registration.check("boris@example.com", PASSWORD, ())
        auth.registration.check(None, None, ())


class TestLogIn:
    def test_opens_a_session_with_its_lifetimes(self, auth: Auth) -> None:
        user = auth.register()
        tokens = auth.log_in()
        assert tokens.access_lifetime == POLICY.access_lifetime
        assert tokens.refresh_lifetime == POLICY.refresh_lifetime
        caller = auth.caller(tokens)
        assert (caller.user_id, caller.role, caller.scopes) == (user.id, Role.USER, None)
        stored = auth.database.committed.tokens[hash_of(tokens.refresh_token)]
        assert (stored.owner_id, stored.session_id) == (user.id, caller.session_id)
        assert (stored.issued_at, stored.expires_at) == (NOW, NOW + POLICY.refresh_lifetime)

    def test_refuses_a_wrong_password_and_an_unknown_account_alike(self, auth: Auth) -> None:
        with pytest.raises(InvalidCredentials) as unknown:
            auth.log_in()
        auth.register()
        with pytest.raises(InvalidCredentials) as wrong:
            auth.log_in("wrong")
        assert unknown.value.detail == wrong.value.detail

    def test_refuses_a_deactivated_account_and_opens_nothing(self, auth: Auth) -> None:
        auth.deactivate(auth.register())
        with pytest.raises(InvalidCredentials):
            auth.log_in()
        assert auth.database.committed.sessions == {}

    def test_locks_the_account_after_failures_even_for_the_right_password(self, auth: Auth) -> None:
        auth.register()
        auth.fail_to_log_in()
        auth.fail_to_log_in()
        with pytest.raises(LoginLocked) as locked:
            auth.log_in()
        assert locked.value.retry_after_s == 30
        auth.log_in(address="192.0.2.2")
        auth.at += timedelta(seconds=29.9)
        with pytest.raises(LoginLocked, match="1 seconds") as locked:
            auth.log_in()
        assert locked.value.retry_after_s == 1
        auth.at += timedelta(seconds=0.1)
        auth.log_in()

    def test_forgets_the_accounts_failures_when_it_succeeds(self, auth: Auth) -> None:
        auth.register()
        for _ in range(3):
            auth.fail_to_log_in()
            auth.log_in()

    def test_locks_the_address_whatever_the_account(self, auth: Auth) -> None:
        auth.register()
        for number in range(5):
            with pytest.raises(InvalidCredentials):
                auth.sessions.log_in(email=f"{number}@x.org", password="wrong", address=ADDRESS)
        with pytest.raises(LoginLocked) as locked:
            auth.log_in()
        assert locked.value.retry_after_s == 30
        auth.log_in(address="192.0.2.2")

    def test_waits_for_the_longer_of_two_locks(self, auth: Auth) -> None:
        auth.register()
        auth.fail_to_log_in()
        auth.fail_to_log_in()
        auth.at += timedelta(seconds=10)
        for number in range(3):
            with pytest.raises(InvalidCredentials):
                auth.sessions.log_in(email=f"{number}@x.org", password="wrong", address=ADDRESS)
        with pytest.raises(LoginLocked) as locked:
            auth.log_in()
        assert locked.value.retry_after_s == 30

    def test_gives_an_address_one_count_back_and_no_more(self, auth: Auth) -> None:
        """Else an attacker could clear it by logging in as themselves."""
        auth.register()
        for number in range(5):
            with pytest.raises(InvalidCredentials):
                auth.sessions.log_in(email=f"{number}@x.org", password="wrong", address=ADDRESS)
            if number == 2:
                auth.log_in()
        with pytest.raises(LoginLocked):
            auth.log_in()


class TestLockOut:
    """Failed logins lock the network that they come from, and no device of the owner."""

    @pytest.fixture
    def owner(self, auth: Auth) -> SessionTokens:
        auth.register()
        return auth.log_in(address="198.51.100.9")

    def test_from_one_network_leaves_the_owner_in(self, auth: Auth, owner: SessionTokens) -> None:
        for _ in range(2):
            auth.fail_to_log_in()
        assert auth.is_locked_out()
        assert not auth.is_locked_out("198.51.100.9")

    def test_of_an_ipv6_network_is_not_escaped_by_another_address_of_it(
        self, auth: Auth, owner: SessionTokens
    ) -> None:
        for number in range(2):
            auth.fail_to_log_in(f"2001:db8:1:2::{number + 1}")
        assert auth.is_locked_out("2001:db8:1:2:ffff::7")
        assert not auth.is_locked_out("2001:db8:1:3::1")

    def test_one_guess_an_hour_from_many_networks_never_locks_the_owner(
        self, auth: Auth, owner: SessionTokens
    ) -> None:
        for number in range(48):
            auth.at += timedelta(hours=1)
            auth.fail_to_log_in(f"203.0.113.{number}")
            assert not auth.is_locked_out("198.51.100.9")

    @pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
    def test_spares_a_known_device_in_the_attackers_own_network(
        self, auth: Auth, owner: SessionTokens, kind: str
    ) -> None:
        for _ in range(2):
            auth.fail_to_log_in("192.0.2.3")
        for number in range(5):
            with pytest.raises(InvalidCredentials):
                auth.sessions.log_in(email=f"{number}@x.org", password="wrong", address=ADDRESS)
        for address in (ADDRESS, "192.0.2.3"):
            assert auth.is_locked_out(address)
            assert not auth.is_locked_out(address, [getattr(owner, kind)])

    def test_spares_no_device_of_another_account(self, auth: Auth, owner: SessionTokens) -> None:
        auth.register("boris@example.com")
        of_boris = auth.sessions.log_in(
            email="boris@example.com", password=PASSWORD, address="192.0.2.3"
        )
        for _ in range(2):
            auth.fail_to_log_in(held=[of_boris.access_token, of_boris.refresh_token])
        assert auth.is_locked_out(held=[of_boris.access_token, of_boris.refresh_token])
        assert auth.is_locked_out()

    def test_spares_no_device_that_tries_an_unknown_account(
        self, auth: Auth, owner: SessionTokens
    ) -> None:
        held = [owner.access_token, owner.refresh_token]
        for held_tokens in (held, held, []):
            locked = LoginLocked if not held_tokens else InvalidCredentials
            with pytest.raises(locked):
                auth.sessions.log_in(
                    email="x@x.org", password="wrong", address=ADDRESS, held_tokens=held_tokens
                )

    def test_spares_no_device_whose_refresh_token_has_expired(
        self, auth: Auth, owner: SessionTokens
    ) -> None:
        auth.at += POLICY.refresh_lifetime
        for _ in range(2):
            auth.fail_to_log_in(held=[owner.refresh_token])
        assert auth.is_locked_out()

    def test_spares_a_device_until_the_last_second_of_its_refresh_token(
        self, auth: Auth, owner: SessionTokens
    ) -> None:
        auth.at += POLICY.refresh_lifetime - timedelta(seconds=1)
        for _ in range(2):
            auth.fail_to_log_in(held=[owner.refresh_token])
        assert not auth.is_locked_out()

    def test_spares_no_device_whose_session_has_ended(
        self, auth: Auth, owner: SessionTokens
    ) -> None:
        auth.sessions.log_out(auth.caller(owner))
        held = [owner.access_token, owner.refresh_token, "no-token", "a.b.c"]
        for _ in range(2):
            auth.fail_to_log_in(held=held)
        assert auth.is_locked_out(held=held)
        assert auth.is_locked_out()

    def test_of_a_known_device_follows_from_its_own_failures_alone(
        self, auth: Auth, owner: SessionTokens
    ) -> None:
        """A stolen session does not allow guessing the password without end."""
        for number in range(2):
            auth.fail_to_log_in(f"203.0.113.{number}", [owner.refresh_token])
        assert auth.is_locked_out("203.0.113.9", [owner.refresh_token])
        assert not auth.is_locked_out("203.0.113.9")

    def test_is_told_to_the_owner_when_it_begins(self, auth: Auth, owner: SessionTokens) -> None:
        auth.database.committed.messages.clear()
        auth.fail_to_log_in("203.0.113.1")
        assert auth.database.committed.messages == []
        auth.fail_to_log_in("203.0.113.1")
        assert auth.is_locked_out("203.0.113.1")
        (message,) = auth.database.committed.messages
        assert isinstance(message, SendAccountMail)
        told = (message.kind, message.email, message.network)
        assert told == (MailKind.LOGIN_LOCK, "anna@example.com", "203.0.113.1")

    def test_of_an_unknown_account_publishes_the_same_message(self, auth: Auth) -> None:
        for _ in range(2):
            auth.fail_to_log_in()
        assert len(auth.database.committed.messages) == 1

    def test_is_shown_to_the_owner_by_network(self, auth: Auth, owner: SessionTokens) -> None:
        auth.fail_to_log_in("203.0.113.1")
        auth.at += timedelta(minutes=1)
        for _ in range(2):
            auth.fail_to_log_in("2001:db8:1:2::1")
        shown = auth.devices.failed_logins(auth.caller(owner))
        assert [(failed.network, failed.failures) for failed in shown] == [
            ("2001:db8:1:2::/64", 2),
            ("203.0.113.1", 1),
        ]
        assert [failed.locked_until for failed in shown] == [auth.at + timedelta(seconds=30), None]
        anna = auth.caller(owner)
        auth.at += timedelta(hours=24, seconds=1)
        assert auth.devices.failed_logins(anna) == []


class TestDevices:
    def test_are_listed_with_their_last_use(self, auth: Auth) -> None:
        auth.register()
        first = auth.sessions.log_in(
            email="anna@example.com", password=PASSWORD, address=ADDRESS, user_agent="Firefox"
        )
        auth.at += timedelta(minutes=5)
        second = auth.log_in()
        caller = auth.caller(first)
        newest, oldest = auth.devices.list(caller, PageRequest()).items
        assert (newest.device, newest.last_used_at) == (Device(ADDRESS, ""), auth.at)
        assert (oldest.device, oldest.last_used_at) == (Device(ADDRESS, "Firefox"), auth.at)
        auth.at += timedelta(minutes=5)
        moved = Device("192.0.2.2", "Firefox 2")
        auth.sessions.refresh(first.refresh_token, device=moved)
        newest, oldest = auth.devices.list(caller, PageRequest()).items
        assert (oldest.device, oldest.last_used_at) == (moved, auth.at)
        assert newest.last_used_at == auth.at - timedelta(minutes=5)
        auth.devices.end(caller, newest.id)
        with pytest.raises(InvalidToken):
            auth.caller(second)
        assert [one.id for one in auth.devices.list(caller, PageRequest()).items] == [oldest.id]

    def test_record_a_use_when_the_last_one_is_over_a_minute_old(self, auth: Auth) -> None:
        auth.register()
        tokens, seen = auth.log_in(), []
        for passed in (60, 1, 60, 1):
            auth.at += timedelta(seconds=passed)
            caller = auth.caller(tokens)
            (session,) = auth.devices.list(caller, PageRequest()).items
            seen.append((session.last_used_at - NOW).total_seconds())
        assert seen == [0, 61, 61, 122]
        assert auth.stored_sessions.uses == 2

    def test_record_no_use_of_a_session_that_has_ended(self, auth: Auth) -> None:
        auth.register()
        tokens = auth.log_in()
        auth.sessions.log_out(auth.caller(tokens))
        auth.at += timedelta(minutes=5)
        with pytest.raises(InvalidToken):
            auth.caller(tokens)
        (stored,) = auth.database.committed.sessions.values()
        assert stored.last_used_at == NOW

    def test_are_counted_where_it_is_asked_for(self, auth: Auth) -> None:
        auth.register()
        auth.log_in()
        caller = auth.caller(auth.log_in())
        assert auth.devices.list(caller, PageRequest(1, total=True)).total == 2
        assert auth.devices.list(caller, PageRequest(1)).total is None

    def test_are_ended_by_their_owner_once(self, auth: Auth) -> None:
        auth.register()
        caller = auth.caller(auth.log_in())
        assert caller.session_id
        with pytest.raises(SessionNotFound):
            auth.devices.end(Principal(new_id(), Role.USER), caller.session_id)
        auth.devices.end(caller, caller.session_id)
        assert auth.reasons() == ["ended by its user"]
        with pytest.raises(SessionNotFound):
            auth.devices.end(caller, caller.session_id)


class TestRefresh:
    def test_gives_a_new_pair_for_the_same_session(self, auth: Auth) -> None:
        auth.register()
        first = auth.log_in()
        auth.at += timedelta(hours=1)
        second = auth.sessions.refresh(first.refresh_token)
        assert second.refresh_token != first.refresh_token
        session_id = auth.database.committed.tokens[hash_of(first.refresh_token)].session_id
        assert auth.caller(second).session_id == session_id
        auth.sessions.refresh(second.refresh_token)

    def test_counts_the_grace_to_the_arrival_of_the_request(self, auth: Auth) -> None:
        """A cold start may take longer than the grace; it is not the client's fault."""
        auth.register()
        first = auth.log_in()
        auth.sessions.refresh(first.refresh_token)
        auth.at += timedelta(minutes=1)
        auth.sessions.refresh(first.refresh_token, arrived_at=NOW + REFRESH_GRACE)
        auth.sessions.refresh(first.refresh_token, arrived_at=NOW - timedelta(seconds=1))
        late = NOW + REFRESH_GRACE + timedelta(milliseconds=1)
        with pytest.raises(RefreshTokenReused):
            auth.sessions.refresh(first.refresh_token, arrived_at=late)

    def test_forgives_the_same_client_twice_within_the_grace(self, auth: Auth) -> None:
        auth.register()
        first = auth.log_in()
        auth.sessions.refresh(first.refresh_token)
        auth.at += REFRESH_GRACE
        auth.caller(auth.sessions.refresh(first.refresh_token))

    def test_ends_the_session_when_a_token_is_reused_later(self, auth: Auth) -> None:
        auth.register()
        first = auth.log_in()
        second = auth.sessions.refresh(first.refresh_token)
        auth.at += REFRESH_GRACE + timedelta(seconds=1)
        with pytest.raises(RefreshTokenReused):
            auth.sessions.refresh(first.refresh_token)
        assert auth.reasons() == ["refresh token reused"]
        with pytest.raises(InvalidRefreshToken):
            auth.sessions.refresh(second.refresh_token)

    def test_refuses_unknown_expired_and_revoked_tokens(self, auth: Auth) -> None:
        user = auth.register()
        with pytest.raises(InvalidRefreshToken):
            auth.sessions.refresh("unknown")
        expired = auth.log_in()
        auth.at += POLICY.refresh_lifetime
        with pytest.raises(InvalidRefreshToken):
            auth.sessions.refresh(expired.refresh_token)
        auth.at -= timedelta(seconds=1)
        auth.sessions.refresh(auth.log_in().refresh_token)
        revoked = auth.log_in()
        auth.deactivate(user)
        with pytest.raises(InvalidRefreshToken):
            auth.sessions.refresh(revoked.refresh_token)

    def test_is_good_until_the_last_second(self, auth: Auth) -> None:
        auth.register()
        tokens = auth.log_in()
        auth.at += POLICY.refresh_lifetime - timedelta(seconds=1)
        auth.sessions.refresh(tokens.refresh_token)


class TestLogOut:
    def test_ends_one_session(self, auth: Auth) -> None:
        auth.register()
        one, other = auth.log_in(), auth.log_in()
        auth.sessions.log_out(auth.caller(one))
        with pytest.raises(InvalidToken):
            auth.caller(one)
        auth.caller(other)
        assert auth.reasons() == ["logged out", None]

    def test_everywhere_ends_all_of_the_caller(self, auth: Auth) -> None:
        auth.register()
        one, other = auth.log_in(), auth.log_in()
        auth.sessions.log_out_everywhere(auth.caller(one))
        for tokens in (one, other):
            with pytest.raises(InvalidToken):
                auth.caller(tokens)
        assert auth.reasons() == ["logged out everywhere"] * 2

    def test_does_nothing_for_an_api_key(self, auth: Auth) -> None:
        user = auth.register()
        tokens = auth.log_in()
        auth.sessions.log_out(Principal(user.id, Role.USER))
        auth.caller(tokens)


class TestChangePassword:
    def test_ends_every_other_session(self, auth: Auth) -> None:
        auth.register()
        one, other = auth.log_in(), auth.log_in()
        auth.passwords.change(auth.caller(one), old=PASSWORD, new=OTHER_PASSWORD)
        auth.caller(one)
        with pytest.raises(InvalidToken):
            auth.caller(other)
        assert auth.reasons() == [None, "password changed"]
        auth.log_in(OTHER_PASSWORD)
        auth.fail_to_log_in()

    def test_refuses_a_weak_one_and_a_wrong_old_one(self, auth: Auth) -> None:
        auth.register()
        caller = auth.caller(auth.log_in())
        with pytest.raises(WeakPassword):
            auth.passwords.change(caller, old=PASSWORD, new="password")
        with pytest.raises(InvalidCredentials) as wrong:
            auth.passwords.change(caller, old="wrong", new=OTHER_PASSWORD)
        assert wrong.value.detail == "The old password does not match."
        auth.log_in()

    def test_replaces_no_password_that_another_request_has_set_meanwhile(self, auth: Auth) -> None:
        auth.register()
        one, other = auth.caller(auth.log_in()), auth.caller(auth.log_in())
        auth.meanwhile.append(
            lambda: auth.passwords.change(other, old=PASSWORD, new=OTHER_PASSWORD)
        )
        with pytest.raises(InvalidCredentials, match="old password"):
            auth.passwords.change(one, old=PASSWORD, new="mosaic-thunder-63-vase")
        auth.log_in(OTHER_PASSWORD)

    def test_changes_nothing_for_a_session_that_ends_meanwhile(self, auth: Auth) -> None:
        auth.register()
        caller = auth.caller(auth.log_in())
        auth.meanwhile.append(lambda: auth.sessions.log_out(caller))
        with pytest.raises(InvalidToken):
            auth.passwords.change(caller, old=PASSWORD, new=OTHER_PASSWORD)
        auth.log_in()

    def test_is_locked_after_failures_until_one_succeeds(self, auth: Auth) -> None:
        auth.register()
        caller = auth.caller(auth.log_in())
        auth.passwords.change(caller, old=PASSWORD, new=PASSWORD)
        for _ in range(2):
            with pytest.raises(InvalidCredentials):
                auth.passwords.change(caller, old="wrong", new=OTHER_PASSWORD)
        with pytest.raises(LoginLocked) as locked:
            auth.passwords.change(caller, old=PASSWORD, new=OTHER_PASSWORD)
        assert locked.value.retry_after_s == 30
        auth.at += timedelta(seconds=29.8)
        with pytest.raises(LoginLocked, match="1 seconds"):
            auth.passwords.change(caller, old=PASSWORD, new=OTHER_PASSWORD)
        auth.at += timedelta(seconds=1)
        auth.passwords.change(caller, old=PASSWORD, new=PASSWORD)
        with pytest.raises(InvalidCredentials):
            auth.passwords.change(caller, old="wrong", new=OTHER_PASSWORD)
        auth.passwords.change(caller, old=PASSWORD, new=OTHER_PASSWORD)


class TestAuthenticate:
    def test_refuses_the_token_of_another_users_session(self, auth: Auth) -> None:
        auth.register()
        tokens = auth.log_in()
        other = auth.register("boris@example.com")
        session_id, session = next(iter(auth.database.committed.sessions.items()))
        auth.database.committed.sessions[session_id] = replace(session, owner_id=other.id)
        with pytest.raises(InvalidToken):
            auth.caller(tokens)

    def test_refuses_the_token_of_a_session_that_is_gone(self, auth: Auth) -> None:
        auth.register()
        tokens = auth.log_in()
        auth.database.committed.sessions.clear()
        with pytest.raises(InvalidToken):
            auth.caller(tokens)

    def test_refuses_an_expired_access_token(self, auth: Auth) -> None:
        auth.register()
        tokens = auth.log_in()
        auth.at += POLICY.access_lifetime + timedelta(seconds=1)
        with pytest.raises(InvalidToken):
            auth.caller(tokens)


class TestApiKeys:
    def test_act_with_their_scopes(self, auth: Auth) -> None:
        user = auth.register()
        caller = Principal(user.id, Role.USER)
        key, secret = auth.keys.create(caller, name="ci", scopes=[Scope.AGENTS_ASK])
        assert secret.startswith("mara_")
        assert len(secret) == len("mara_") + 43
        assert key.prefix == secret[:11]
        assert (key.name, key.owner_id, key.created_at) == ("ci", user.id, NOW)
        assert auth.keys.list(caller, PageRequest()).items == [key]
        found = auth.authentication.authenticate(secret)
        assert found == Principal(user.id, Role.USER, scopes=frozenset({Scope.AGENTS_ASK}))
        with pytest.raises(InvalidApiKey):
            auth.authentication.authenticate("mara_unknown")

    def test_are_counted_under_a_lock(self, auth: Auth) -> None:
        """Parallel requests could otherwise create more of them than a user may have."""
        caller = Principal(auth.register().id, Role.USER)
        auth.keys.create(caller, name="ci", scopes=[])
        assert auth.locks == [(caller.user_id, "api_keys")]

    def test_are_made_by_a_session_while_it_is_valid(self, auth: Auth) -> None:
        auth.register()
        caller = auth.caller(auth.log_in())
        key, _ = auth.keys.create(caller, name="ci", scopes=[])
        auth.sessions.log_out(caller)
        with pytest.raises(InvalidToken):
            auth.keys.create(caller, name="ci", scopes=[])
        assert auth.keys.list(caller, PageRequest()).items == [key]

    def test_end_at_their_expiry_and_with_their_account(self, auth: Auth) -> None:
        user = auth.register()
        caller, expires_at = Principal(user.id, Role.USER), NOW + timedelta(days=1)
        _, lasting = auth.keys.create(caller, name="a", scopes=[])
        _, ending = auth.keys.create(caller, name="b", scopes=[], expires_at=expires_at)
        auth.authentication.authenticate(ending)
        auth.at = expires_at
        with pytest.raises(InvalidApiKey):
            auth.authentication.authenticate(ending)
        auth.authentication.authenticate(lasting)
        auth.deactivate(user)
        with pytest.raises(InvalidApiKey):
            auth.authentication.authenticate(lasting)

    @pytest.mark.parametrize("seconds", [-1, 0])
    def test_are_not_made_with_an_expiry_in_the_past(self, auth: Auth, seconds: int) -> None:
        caller = Principal(auth.register().id, Role.USER)
        with pytest.raises(ExpiryInPast):
            auth.keys.create(
                caller, name="a", scopes=[], expires_at=NOW + timedelta(seconds=seconds)
            )

    def test_are_fifty_at_most(self, auth: Auth) -> None:
        caller = Principal(auth.register().id, Role.USER)
        for _ in range(50):
            auth.keys.create(caller, name="a", scopes=[])
        with pytest.raises(TooManyApiKeys):
            auth.keys.create(caller, name="a", scopes=[])
        assert len(auth.keys.list(caller, PageRequest(100)).items) == KEYS_MAX == 50

    def test_are_counted_where_it_is_asked_for(self, auth: Auth) -> None:
        caller = Principal(auth.register().id, Role.USER)
        for name in ("a", "b"):
            auth.keys.create(caller, name=name, scopes=[])
        assert auth.keys.list(caller, PageRequest(1, total=True)).total == 2
        assert auth.keys.list(caller, PageRequest(1)).total is None

    def test_are_deleted_by_their_owner(self, auth: Auth) -> None:
        caller = Principal(auth.register().id, Role.USER)
        key, secret = auth.keys.create(caller, name="a", scopes=[])
        with pytest.raises(ApiKeyNotFound):
            auth.keys.delete(Principal(new_id(), Role.USER), key.id)
        auth.keys.delete(caller, key.id)
        with pytest.raises(ApiKeyNotFound):
            auth.keys.delete(caller, key.id)
        with pytest.raises(InvalidApiKey):
            auth.authentication.authenticate(secret)


class TestModel:
    def test_a_lock_doubles_from_half_a_minute_up_to_an_hour(self) -> None:
        assert (timedelta(seconds=30), timedelta(hours=1)) == (LOCK_FIRST, LOCK_MAX)
        found = [lock_after(failures, 5) for failures in range(4, 14)]
        assert found[0] is None
        assert [lock.total_seconds() for lock in found if lock] == [
            *(30, 60, 120, 240, 480, 960, 1920, 3600, 3600)
        ]
        assert lock_after(10**9, 5) == LOCK_MAX

    def test_scopes_have_the_names_that_clients_know(self) -> None:
        assert {str(scope) for scope in Scope} == {
            *("agents:ask", "agents:read", "alerts:read", "balance:read"),
            *("documents:read", "documents:write", "usage:read"),
        }
        assert timedelta(seconds=10) == REFRESH_GRACE

    def test_a_status_is_the_same_whenever_it_was_used_last(self) -> None:
        user_id = new_id()
        used, unused = (
            AccessStatus(user_id, Role.USER, valid=True, last_used_at=at) for at in (NOW, None)
        )
        assert used == unused

    def test_an_opaque_token_has_256_random_bits(self) -> None:
        tokens = {new_opaque_token() for _ in range(100)}
        assert len(tokens) == 100
        assert {len(token) for token in tokens} == {43}
        assert hash_of("x") == hashlib.sha256(b"x").digest()
