"""E-mails about accounts, and their tokens, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.auth.adapters.tables import account_mails
from mara.auth.model.mail import AccountMail, MailKind
from mara.platform.sql import bound, execute, fetch_one, fetch_value, values_of

_mail = account_mails.c
_columns = (
    *(_mail.id, _mail.owner_id, _mail.kind, _mail.token_hash, _mail.created_at, _mail.expires_at),
)
_insert = insert(account_mails).values(bound(_columns))
# A mail whose sending failed is sent again with a new token: the old one is not known any more.
BEGIN = _insert.on_conflict_do_update(
    index_elements=[_mail.id],
    set_={name: _insert.excluded[name] for name in ("token_hash", "expires_at")},
    where=_mail.sent_at.is_(None),
).returning(_mail.id)
RECORD_SENT = (
    update(account_mails).where(_mail.id == bindparam("of_id")).values(bound([_mail.sent_at]))
)
COUNT = select(func.count()).where(
    _mail.owner_id == bindparam("owner_id"),
    _mail.kind == bindparam("kind"),
    _mail.created_at > bindparam("since"),
    _mail.id != bindparam("besides"),
)
_valid = (
    _mail.token_hash == bindparam("of_hash"),
    _mail.kind == bindparam("of_kind"),
    _mail.spent_at.is_(None),
    _mail.expires_at > bindparam("at", type_=_mail.expires_at.type),
)
FIND_OWNER = select(_mail.owner_id).where(*_valid)
SPEND = (
    update(account_mails).where(*_valid).values(spent_at=bindparam("at", type_=_mail.spent_at.type))
)
SPEND_ALL = (
    update(account_mails)
    .where(
        _mail.owner_id == bindparam("of_owner"),
        _mail.kind == bindparam("of_kind"),
        _mail.spent_at.is_(None),
    )
    .values(bound([_mail.spent_at]))
)


class PostgresAccountMails:
    """Implements ``AccountMails``."""

    def begin(self, mail: AccountMail) -> bool:
        """Insert the mail, or replace its token; False if it was sent."""
        return fetch_one(BEGIN, **values_of(mail)) is not None

    def record_sent(self, mail_id: UUID, at: datetime) -> None:
        """Set ``sent_at``."""
        execute(RECORD_SENT, of_id=mail_id, sent_at=at)

    def count(self, owner_id: UUID, kind: MailKind, since: datetime, *, besides: UUID) -> int:
        """Count the other mails of this kind that were begun since then."""
        parameters = {"kind": kind, "since": since, "besides": besides}
        return int(fetch_value(COUNT, owner_id=owner_id, **parameters))

    def find_owner(self, token_hash: bytes, kind: MailKind, at: datetime) -> UUID | None:
        """Return whose token it is, None if it is not valid."""
        owner_id: UUID | None = fetch_value(FIND_OWNER, of_hash=token_hash, of_kind=kind, at=at)
        return owner_id

    def spend(self, token_hash: bytes, kind: MailKind, at: datetime) -> bool:
        """Set ``spent_at``; False if the token is not valid any more."""
        return execute(SPEND, of_hash=token_hash, of_kind=kind, at=at) == 1

    def spend_all(self, owner_id: UUID, kind: MailKind, at: datetime) -> None:
        """Set ``spent_at`` of all that are not spent."""
        execute(SPEND_ALL, of_owner=owner_id, of_kind=kind, spent_at=at)
