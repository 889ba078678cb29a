"""In-memory repositories of auth and users, with transactions that commit or roll back.

They pass the contract tests of the real ones (tests/integration/auth/test_contracts.py).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from uuid import UUID

from mara.audit.model.entry import AuditEntry, EntryDetail
from mara.auth.errors import InvalidCredentials
from mara.auth.model import AccessStatus, ApiKey, Credential, RefreshToken, lock_after
from mara.auth.model.devices import Device, FailedLogins, FailureSubject, OpenSession
from mara.auth.model.mail import AccountMail, MailKind
from mara.kernel.mail import Mail
from mara.kernel.messages import Message
from mara.kernel.page import PageRequest
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM, Scope
from mara.platform.ses import MailServiceUnavailable
from mara.users.errors import EmailTaken, UserNotFound
from mara.users.model import User, UserFilter
from tests.support.fakes.pages import cut

FAILURES_EXPIRE_AFTER = timedelta(hours=24)
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class StoredSession:
    owner_id: UUID
    created_at: datetime
    last_used_at: datetime
    device: Device
    revoked_because: str | None = None


Matches = Callable[[UUID, StoredSession], bool]


@dataclass(frozen=True)
class Failures:
    count: int
    last_failed_at: datetime
    locked_until: datetime | None = None
    account: str | None = None
    network: str | None = None


@dataclass(frozen=True)
class StoredMail:
    mail: AccountMail
    sent_at: datetime | None = None
    spent_at: datetime | None = None


@dataclass
class Tables:
    """All rows; the values are immutable, so that a shallow copy is a snapshot."""

    users: dict[UUID, User] = field(default_factory=dict)
    credentials: dict[UUID, Credential] = field(default_factory=dict)
    sessions: dict[UUID, StoredSession] = field(default_factory=dict)
    tokens: dict[bytes, RefreshToken] = field(default_factory=dict)
    keys: dict[UUID, ApiKey] = field(default_factory=dict)
    failures: dict[str, Failures] = field(default_factory=dict)
    mails: dict[UUID, StoredMail] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    audit_rows: dict[UUID, AuditEntry] = field(default_factory=dict)
    audit_details: dict[UUID, EntryDetail] = field(default_factory=dict)


class FakeAuthDatabase:
    """Implements ``UnitOfWork``; tables exist inside a transaction, and show its scope's rows."""

    def __init__(self) -> None:
        self.committed = Tables()
        self.scope: Scope = SYSTEM
        self._open: Tables | None = None

    @property
    def tables(self) -> Tables:
        if self._open is None:
            raise RuntimeError("Open a unit of work first.")
        return self._open

    def publish(self, message: Message) -> None:
        self.tables.messages.append(message)

    def sees(self, owner_id: UUID) -> bool:
        return self.scope in (SYSTEM, owner_id)

    @contextmanager
    def unit_of_work(self, scope: Scope) -> Iterator[None]:
        if self._open is not None:
            raise RuntimeError("A unit of work is open already.")
        values = {part.name: copy(getattr(self.committed, part.name)) for part in fields(Tables)}
        self._open, self.scope = Tables(**values), scope
        try:
            yield
            self.committed = self._open
        finally:
            self._open, self.scope = None, SYSTEM


@dataclass
class FakeUsers:
    database: FakeAuthDatabase

    def add(self, user: User) -> None:
        if self.find_by_email(user.email):
            raise EmailTaken("Log in instead.")
        self.database.tables.users[user.id] = user

    def get(self, user_id: UUID) -> User:
        found = self.database.tables.users.get(user_id)
        if found is None or not self.database.sees(user_id):
            raise UserNotFound("Check the id.")
        return found

    def find_by_email(self, email: str) -> User | None:
        users = self.database.tables.users.values()
        return next((user for user in users if user.email == email), None)

    def lock(self, user_id: UUID) -> User:
        return self.get(user_id)

    def save(self, user: User) -> None:
        self.database.tables.users[user.id] = user

    def list(self, wanted: UserFilter, page: PageRequest) -> list[User]:
        raise NotImplementedError  # nothing of auth lists users

    def count(self, wanted: UserFilter) -> int:
        raise NotImplementedError  # nothing of auth counts users

    def lock_active_superusers(self) -> set[UUID]:
        users = self.database.tables.users.values()
        return {user.id for user in users if user.active and user.role is Role.SUPERUSER}


@dataclass
class FakeCredentials:
    database: FakeAuthDatabase

    def find(self, email: str) -> Credential | None:
        tables = self.database.tables
        owners = (user.id for user in tables.users.values() if user.email == email)
        return next((tables.credentials[id_] for id_ in owners if id_ in tables.credentials), None)

    def get(self, owner_id: UUID) -> Credential:
        found = self.database.tables.credentials.get(owner_id)
        if found is None or not self.database.sees(owner_id):
            raise InvalidCredentials("The account has no password.")
        return found

    def save(self, credential: Credential, at: datetime) -> None:
        self.database.tables.credentials[credential.owner_id] = credential

    def hold(self, credential: Credential) -> bool:
        tables = self.database.tables
        user = tables.users.get(credential.owner_id)
        is_current = tables.credentials.get(credential.owner_id) == credential
        return is_current and user is not None and user.active

    def replace(self, old: Credential, new: Credential, at: datetime) -> bool:
        credentials = self.database.tables.credentials
        if credentials.get(old.owner_id) != old:
            return False
        credentials[new.owner_id] = new
        return True


@dataclass
class FakeSessions:
    database: FakeAuthDatabase

    def open(
        self, session_id: UUID, owner_id: UUID, at: datetime, device: Device | None = None
    ) -> None:
        stored = StoredSession(owner_id, at, at, device or Device())
        self.database.tables.sessions[session_id] = stored

    def list(self, owner_id: UUID, page: PageRequest) -> list[OpenSession]:
        return cut(self._valid(owner_id), page, last_used_at=lambda one: one.last_used_at)

    def count(self, owner_id: UUID) -> int:
        return len(self._valid(owner_id))

    def addresses(self, owner_id: UUID, user_agent: str) -> Collection[str]:
        return {
            one.device.address
            for one in self.database.tables.sessions.values()
            if (one.owner_id, one.revoked_because) == (owner_id, None)
            and one.device.user_agent == user_agent
        }

    def _valid(self, owner_id: UUID) -> Sequence[OpenSession]:
        return [
            OpenSession(id_, stored.created_at, stored.last_used_at, stored.device)
            for id_, stored in self.database.tables.sessions.items()
            if stored.owner_id == owner_id
            and stored.revoked_because is None
            and any(token.session_id == id_ for token in self.database.tables.tokens.values())
        ]

    def end(self, owner_id: UUID, session_id: UUID, at: datetime, because: str) -> bool:
        stored = self.database.tables.sessions.get(session_id)
        if stored is None or stored.owner_id != owner_id or stored.revoked_because is not None:
            return False
        self._revoke_where(lambda id_, _: id_ == session_id, because)
        return True

    def record_use(self, session_id: UUID, at: datetime, device: Device | None = None) -> None:
        sessions = self.database.tables.sessions
        stored = sessions[session_id]
        if device is not None:
            sessions[session_id] = replace(stored, last_used_at=at, device=device)
        elif stored.last_used_at < at - USE_NOTED_EVERY:
            sessions[session_id] = replace(stored, last_used_at=at)

    def revoke(self, session_id: UUID, at: datetime, because: str) -> None:
        self._revoke_where(lambda id_, _: id_ == session_id, because)

    def revoke_all(
        self, owner_id: UUID, at: datetime, because: str, *, spare: UUID | None = None
    ) -> None:
        self._revoke_where(
            lambda id_, session: session.owner_id == owner_id and id_ != spare, because
        )

    def get_status(self, session_id: UUID) -> AccessStatus | None:
        tables = self.database.tables
        session = tables.sessions.get(session_id)
        if session is None or not self.database.sees(session.owner_id):
            return None
        user = tables.users[session.owner_id]
        is_valid = user.active and session.revoked_because is None
        return AccessStatus(user.id, user.role, is_valid, session.last_used_at)

    def hold(self, session_id: UUID) -> bool:
        status = self.get_status(session_id)
        return status is not None and status.valid

    def add_token(self, token: RefreshToken) -> None:
        self.database.tables.tokens[token.hash] = token

    def consume(self, token_hash: bytes, at: datetime) -> RefreshToken | None:
        found = self.find_token(token_hash)
        if found is None or found.spent_at is not None:
            return None
        spent = self.database.tables.tokens[token_hash] = replace(found, spent_at=at)
        return spent

    def find_token(self, token_hash: bytes) -> RefreshToken | None:
        return self.database.tables.tokens.get(token_hash)

    def _revoke_where(self, matches: Matches, because: str) -> None:
        sessions = self.database.tables.sessions
        for id_, session in sessions.items():
            is_open = session.revoked_because is None and self.database.sees(session.owner_id)
            if is_open and matches(id_, session):
                sessions[id_] = replace(session, revoked_because=because)


@dataclass
class FakeApiKeys:
    database: FakeAuthDatabase

    def add(self, key: ApiKey) -> None:
        self.database.tables.keys[key.id] = key

    def list(self, owner_id: UUID, page: PageRequest) -> list[ApiKey]:
        keys = [key for key in self.database.tables.keys.values() if key.owner_id == owner_id]
        return cut(keys, page, name=lambda key: key.name)

    def count(self, owner_id: UUID) -> int:
        return sum(key.owner_id == owner_id for key in self.database.tables.keys.values())

    def delete(self, owner_id: UUID, key_id: UUID) -> bool:
        key = self.database.tables.keys.get(key_id)
        if key is None or key.owner_id != owner_id:
            return False
        del self.database.tables.keys[key_id]
        return True

    def use(self, key_hash: bytes, at: datetime) -> tuple[ApiKey, AccessStatus] | None:
        tables = self.database.tables
        key = next((key for key in tables.keys.values() if key.hash == key_hash), None)
        if key is None:
            return None
        if key.last_used_at is None or key.last_used_at < at - USE_NOTED_EVERY:
            tables.keys[key.id] = replace(key, last_used_at=at)
        user = tables.users[key.owner_id]
        is_valid = user.active and (key.expires_at is None or key.expires_at > at)
        return key, AccessStatus(user.id, user.role, is_valid)


@dataclass
class FakeLoginFailures:
    database: FakeAuthDatabase

    def check_and_increment(
        self, subject: FailureSubject, at: datetime, allowed: int
    ) -> timedelta | None:
        table = self.database.tables.failures
        known = table.get(subject.key)
        if known and known.locked_until and known.locked_until > at:
            return known.locked_until - at
        is_recent = known is not None and known.last_failed_at >= at - FAILURES_EXPIRE_AFTER
        count = known.count + 1 if known and is_recent else 1
        lock = lock_after(count, allowed)
        before = known.locked_until if known else None
        until = at + lock if lock else before
        table[subject.key] = Failures(count, at, until, subject.account, subject.network)
        return None

    def remaining_lock(self, subject: FailureSubject, at: datetime) -> timedelta | None:
        known = self.database.tables.failures.get(subject.key)
        if known is None or known.locked_until is None or known.locked_until <= at:
            return None
        return known.locked_until - at

    def decrement(self, subject: FailureSubject) -> None:
        known = self.database.tables.failures.get(subject.key)
        if known and known.count:
            self.database.tables.failures[subject.key] = replace(known, count=known.count - 1)

    def reset(self, subject: FailureSubject) -> None:
        self.database.tables.failures.pop(subject.key, None)

    def count_in_window(self, subject: FailureSubject, at: datetime, window: timedelta) -> int:
        known = self.database.tables.failures.get(subject.key)
        if known is None or known.last_failed_at <= at - window:
            known = Failures(0, at)
        counted = replace(known, count=known.count + 1)
        self.database.tables.failures[subject.key] = counted
        return counted.count

    def list(self, account: str, since: datetime) -> list[FailedLogins]:
        found = [
            FailedLogins(known.network or "", known.count, known.last_failed_at, known.locked_until)
            for known in self.database.tables.failures.values()
            if known.account == account and known.last_failed_at >= since
        ]
        return sorted(found, key=lambda failed: failed.last_failed_at, reverse=True)


@dataclass
class FakeAccountMails:
    database: FakeAuthDatabase

    def begin(self, mail: AccountMail) -> bool:
        known = self.database.tables.mails.get(mail.id)
        if known is None:
            self.database.tables.mails[mail.id] = StoredMail(mail)
            return True
        if known.sent_at is not None:
            return False
        renewed = replace(known.mail, token_hash=mail.token_hash, expires_at=mail.expires_at)
        self.database.tables.mails[mail.id] = replace(known, mail=renewed)
        return True

    def record_sent(self, mail_id: UUID, at: datetime) -> None:
        mails = self.database.tables.mails
        mails[mail_id] = replace(mails[mail_id], sent_at=at)

    def count(self, owner_id: UUID, kind: MailKind, since: datetime, *, besides: UUID) -> int:
        return sum(
            stored.mail.owner_id == owner_id
            and stored.mail.kind is kind
            and stored.mail.created_at > since
            and stored.mail.id != besides
            for stored in self.database.tables.mails.values()
        )

    def find_owner(self, token_hash: bytes, kind: MailKind, at: datetime) -> UUID | None:
        stored = self._valid(token_hash, kind, at)
        return stored.mail.owner_id if stored else None

    def spend(self, token_hash: bytes, kind: MailKind, at: datetime) -> bool:
        stored = self._valid(token_hash, kind, at)
        if stored is None:
            return False
        self.database.tables.mails[stored.mail.id] = replace(stored, spent_at=at)
        return True

    def spend_all(self, owner_id: UUID, kind: MailKind, at: datetime) -> None:
        mails = self.database.tables.mails
        for id_, stored in mails.items():
            is_open = stored.spent_at is None
            if is_open and stored.mail.owner_id == owner_id and stored.mail.kind is kind:
                mails[id_] = replace(stored, spent_at=at)

    def _valid(self, token_hash: bytes, kind: MailKind, at: datetime) -> StoredMail | None:
        for stored in self.database.tables.mails.values():
            mail = stored.mail
            is_match = mail.token_hash == token_hash and mail.kind is kind
            is_current = mail.expires_at is not None and mail.expires_at > at
            if is_match and is_current and stored.spent_at is None:
                return stored
        return None


@dataclass
class FakeMailer:
    """Implements ``Mailer``: keeps what is sent; fails as often as it is told to."""

    sent: list[Mail] = field(default_factory=list)
    failures: int = 0

    def send(self, mail: Mail) -> None:
        if self.failures:
            self.failures -= 1
            raise MailServiceUnavailable("Try again later.")
        self.sent.append(mail)
