"""Password reset, e-mail verification and their mails, on in-memory repositories."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from mara.auth.errors import InvalidMailToken, WeakPassword
from mara.auth.messages import PasswordChanged, SendAccountMail
from mara.auth.model import Credential
from mara.auth.model.mail import LIMITS, TOKEN_LIFETIMES, MailKind, MailLimit
from mara.auth.service.mail import AccountMailService
from mara.auth.service.recovery import EmailVerificationService, PasswordResetService
from mara.kernel.errors import Unavailable
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.users.model import ERASED_DOMAIN, Locale, Profile, User
from tests.support.fakes.auth import (
    FakeAccountMails,
    FakeAuthDatabase,
    FakeCredentials,
    FakeMailer,
    FakeSessions,
    FakeUsers,
)
from tests.support.interruptions import InterruptedPasswords

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
EMAIL = "anna@example.com"
NEW = "velvet-harbour-77-pine"
OLD = "mosaic-thunder-63-vase"
OTHER = "tram-lantern-42-orbit"


@dataclass
class OvertakenMails(FakeAccountMails):
    """Another request spends each token right after it was found."""

    def find_owner(self, token_hash: bytes, kind: MailKind, at: datetime) -> UUID | None:
        found = super().find_owner(token_hash, kind, at)
        self.spend(token_hash, kind, at)
        return found


@dataclass
class Recovery:
    """The services on one database with one account, and a clock that the test sets."""

    database: FakeAuthDatabase = field(default_factory=FakeAuthDatabase)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    at: datetime = NOW
    locks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        mails, users = FakeAccountMails(self.database), FakeUsers(self.database)
        publish, unit_of_work = self.database.publish, self.database.unit_of_work
        self.passwords = InterruptedPasswords()
        self.mail = AccountMailService(
            mails=mails,
            users=users,
            mailer=self.mailer,
            app_url="https://app.example.com",
            lock_count=lambda _, kind: self.locks.append(kind),
            unit_of_work=unit_of_work,
            now=lambda: self.at,
        )
        self.password = PasswordResetService(
            mails=mails,
            users=users,
            credentials=FakeCredentials(self.database),
            passwords=self.passwords,
            sessions=FakeSessions(self.database),
            publish=publish,
            unit_of_work=unit_of_work,
            now=lambda: self.at,
        )
        self.email = EmailVerificationService(mails, users, publish, unit_of_work, lambda: self.at)
        self.user = User(new_id(), EMAIL, Role.USER, True, Profile(), NOW, NOW)
        self.save(self.user)
        old = Credential(self.user.id, self.passwords.hash(OLD))
        self.database.committed.credentials[self.user.id] = old

    def save(self, user: User) -> None:
        self.database.committed.users[user.id] = user

    @property
    def stored(self) -> User:
        return self.database.committed.users[self.user.id]

    @property
    def caller(self) -> Principal:
        return Principal(self.user.id, Role.USER)

    def has_password(self, password: str) -> bool:
        stored = self.database.committed.credentials[self.user.id]
        return self.passwords.match(password, stored.password_hash)

    def deliver(self) -> bool:
        """Consume the last message."""
        message = self.database.committed.messages[-1]
        assert isinstance(message, SendAccountMail)
        return self.mail.deliver(message)

    def token(self) -> str:
        """The token of the last mail."""
        return self.mailer.sent[-1].text.partition("#token=")[2].split()[0]

    def forget(self, email: str = EMAIL) -> bool:
        self.password.request(email)
        return self.deliver()


@pytest.fixture
def recovery() -> Recovery:
    return Recovery()


class TestPasswordReset:
    def test_sets_the_password_and_ends_all_sessions(self, recovery: Recovery) -> None:
        sessions = FakeSessions(recovery.database)
        with recovery.database.unit_of_work(recovery.user.id):
            sessions.open(new_id(), recovery.user.id, NOW)
        assert recovery.forget("ANNA@example.com")
        recovery.password.reset(recovery.token(), NEW)
        assert recovery.has_password(NEW)
        (session,) = recovery.database.committed.sessions.values()
        assert session.revoked_because == "password reset"
        assert recovery.database.committed.messages[-1] == PasswordChanged(
            owner_id=recovery.user.id
        )
        assert recovery.stored.email_verified_at == NOW

    def test_takes_each_token_once_and_voids_the_others(self, recovery: Recovery) -> None:
        recovery.forget()
        first = recovery.token()
        recovery.forget()
        second = recovery.token()
        recovery.password.reset(first, NEW)
        for token in (first, second, "unknown", ""):
            with pytest.raises(InvalidMailToken) as refused:
                recovery.password.reset(token, NEW)
            assert refused.value.detail == "It was used, or has expired. Ask for another one."

    def test_sets_one_of_two_passwords_that_are_given_at_once(self, recovery: Recovery) -> None:
        recovery.forget()
        token = recovery.token()
        recovery.passwords.meanwhile.append(lambda: recovery.password.reset(token, OTHER))
        with pytest.raises(InvalidMailToken):
            recovery.password.reset(token, NEW)
        assert recovery.has_password(OTHER)

    def test_sets_none_of_an_account_that_is_deactivated_meanwhile(
        self, recovery: Recovery
    ) -> None:
        recovery.forget()
        recovery.passwords.meanwhile.append(
            lambda: recovery.save(replace(recovery.user, active=False))
        )
        with pytest.raises(InvalidMailToken):
            recovery.password.reset(recovery.token(), NEW)
        assert not recovery.stored.active
        assert recovery.has_password(OLD)

    def test_takes_a_token_for_half_an_hour(self, recovery: Recovery) -> None:
        assert TOKEN_LIFETIMES[MailKind.PASSWORD_RESET] == timedelta(minutes=30)
        recovery.forget()
        recovery.at += timedelta(minutes=30)
        with pytest.raises(InvalidMailToken):
            recovery.password.reset(recovery.token(), NEW)
        recovery.at -= timedelta(seconds=1)
        recovery.password.reset(recovery.token(), NEW)

    def test_of_a_weak_password_leaves_the_token(self, recovery: Recovery) -> None:
        recovery.forget()
        for weak in ("", "12345678", "привет12345", EMAIL):
            with pytest.raises(WeakPassword):
                recovery.password.reset(recovery.token(), weak)
        recovery.password.reset(recovery.token(), NEW)

    def test_of_a_deactivated_account_does_nothing(self, recovery: Recovery) -> None:
        recovery.forget()
        recovery.save(replace(recovery.user, active=False))
        with pytest.raises(InvalidMailToken):
            recovery.password.reset(recovery.token(), NEW)
        assert not recovery.forget()

    def test_takes_no_token_of_another_kind(self, recovery: Recovery) -> None:
        recovery.email.request(recovery.caller)
        recovery.deliver()
        with pytest.raises(InvalidMailToken):
            recovery.password.reset(recovery.token(), NEW)
        recovery.forget()
        with pytest.raises(InvalidMailToken):
            recovery.email.verify(recovery.token())

    def test_of_an_unknown_address_publishes_the_same_message_and_sends_nothing(
        self, recovery: Recovery
    ) -> None:
        assert recovery.forget("unknown@example.com") is False
        assert recovery.mailer.sent == []
        assert len(recovery.database.committed.messages) == 1


class TestEmailVerification:
    def test_confirms_the_address_once(self, recovery: Recovery) -> None:
        recovery.email.request(recovery.caller)
        assert recovery.deliver()
        recovery.email.verify(recovery.token())
        assert recovery.stored.email_verified_at == NOW
        with pytest.raises(InvalidMailToken):
            recovery.email.verify(recovery.token())

    def test_by_one_token_voids_the_others(self, recovery: Recovery) -> None:
        recovery.email.request(recovery.caller)
        recovery.deliver()
        first = recovery.token()
        recovery.email.request(recovery.caller)
        recovery.deliver()
        recovery.email.verify(first)
        with pytest.raises(InvalidMailToken):
            recovery.email.verify(recovery.token())

    def test_refuses_a_token_that_another_request_spends_first(self, recovery: Recovery) -> None:
        recovery.email.request(recovery.caller)
        recovery.deliver()
        overtaken = replace(recovery.email, mails=OvertakenMails(recovery.database))
        with pytest.raises(InvalidMailToken):
            overtaken.verify(recovery.token())
        assert recovery.stored.email_verified_at is None

    def test_leaves_an_account_that_is_erased_meanwhile_as_it_is(self, recovery: Recovery) -> None:
        recovery.email.request(recovery.caller)
        recovery.deliver()
        recovery.save(replace(recovery.user, email=f"{recovery.user.id}{ERASED_DOMAIN}"))
        with pytest.raises(InvalidMailToken):
            recovery.email.verify(recovery.token())
        assert recovery.stored.email_verified_at is None

    def test_takes_a_token_for_a_day(self, recovery: Recovery) -> None:
        recovery.email.request(recovery.caller)
        recovery.deliver()
        recovery.at += timedelta(hours=24)
        with pytest.raises(InvalidMailToken):
            recovery.email.verify(recovery.token())
        recovery.at -= timedelta(seconds=1)
        recovery.email.verify(recovery.token())

    def test_sends_nothing_to_a_confirmed_address(self, recovery: Recovery) -> None:
        recovery.save(replace(recovery.user, email_verified_at=NOW))
        recovery.email.request(recovery.caller)
        assert not recovery.deliver()

    def test_keeps_the_first_time(self, recovery: Recovery) -> None:
        recovery.email.request(recovery.caller)
        recovery.deliver()
        recovery.save(replace(recovery.user, email_verified_at=NOW))
        recovery.at += timedelta(hours=1)
        recovery.email.verify(recovery.token())
        assert recovery.stored.email_verified_at == NOW


class TestDelivery:
    def test_twice_sends_one_mail(self, recovery: Recovery) -> None:
        assert [recovery.forget(), recovery.deliver()] == [True, False]
        assert len(recovery.mailer.sent) == 1

    def test_is_repeated_after_a_failure_with_a_token_that_works(self, recovery: Recovery) -> None:
        recovery.mailer.failures = 1
        with pytest.raises(Unavailable):
            recovery.forget()
        assert recovery.deliver()
        recovery.password.reset(recovery.token(), NEW)

    @pytest.mark.parametrize("kind", MailKind)
    def test_stops_at_the_limit_of_its_kind_and_goes_on_after_its_period(
        self, recovery: Recovery, kind: MailKind
    ) -> None:
        limit = LIMITS[kind]

        def deliver() -> bool:
            return recovery.mail.deliver(SendAccountMail(id=new_id(), kind=kind, email=EMAIL))

        assert [deliver() for _ in range(limit.mails + 2)] == [True] * limit.mails + [False] * 2
        recovery.at += limit.period
        assert deliver()
        assert set(recovery.locks) == {"account_mails"}

    def test_is_limited_by_kind(self) -> None:
        assert {
            MailKind.EMAIL_VERIFICATION: MailLimit(5, timedelta(hours=24)),
            MailKind.LOGIN_LOCK: MailLimit(1, timedelta(hours=24)),
            MailKind.PASSWORD_RESET: MailLimit(3, timedelta(minutes=30)),
        } == LIMITS

    def test_at_the_limit_leaves_a_token_that_works(self) -> None:
        for kind, lifetime in TOKEN_LIFETIMES.items():
            assert LIMITS[kind].period <= lifetime

    def test_stores_no_token(self, recovery: Recovery) -> None:
        recovery.forget()
        assert recovery.token() not in str(recovery.database.committed)

    @pytest.mark.parametrize(
        ("locale", "subject"),
        [(Locale.EN, "Reset your password"), (Locale.RU, "Сброс пароля")],
    )
    def test_speaks_the_users_language(
        self, recovery: Recovery, locale: Locale, subject: str
    ) -> None:
        recovery.save(replace(recovery.user, profile=Profile(locale=locale)))
        recovery.forget()
        mail = recovery.mailer.sent[0]
        assert (mail.to, mail.subject) == (EMAIL, subject)
        assert "https://app.example.com/reset-password#token=" in mail.text

    def test_without_a_frontend_names_the_route(self, recovery: Recovery) -> None:
        recovery.mail = replace(recovery.mail, app_url="")
        recovery.forget()
        assert "POST /api/v1/auth/password/reset" in recovery.mailer.sent[0].text

    @pytest.mark.parametrize("locale", Locale)
    def test_names_the_network_of_failed_logins(self, recovery: Recovery, locale: Locale) -> None:
        recovery.save(replace(recovery.user, profile=Profile(locale=locale)))
        message = SendAccountMail(
            id=new_id(), kind=MailKind.LOGIN_LOCK, email=EMAIL, network="203.0.113.7"
        )
        assert recovery.mail.deliver(message)
        assert "203.0.113.7" in recovery.mailer.sent[0].text

    def test_gives_each_mail_another_token(self, recovery: Recovery) -> None:
        tokens = []
        for _ in range(3):
            recovery.forget()
            tokens.append(recovery.token())
        assert all(one != next_ for one, next_ in pairwise(tokens))
