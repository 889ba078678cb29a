"""Notices: what a user is told, of which event, and by which channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from mara.notifications.errors import NoticeRequired

NOTICE_RETENTION: Final = timedelta(days=180)
"""How long notices are kept."""
PERCENT_ALL: Final = 100
QUIET_FOR: Final = timedelta(hours=1)
"""A chat that is lost takes all with it that waits for it: one notice says so."""


class NoticeKind(StrEnum):
    """What a notice is about."""

    DEPOSIT_SEEN = "deposit_seen"
    DEPOSIT_CREDITED = "deposit_credited"
    DEPOSIT_ORPHANED = "deposit_orphaned"
    RENEWAL_PAID = "renewal_paid"
    RENEWAL_FAILED = "renewal_failed"
    PAYMENT_REMINDER = "payment_reminder"
    TRIAL_ENDING = "trial_ending"
    LIMIT_NEAR = "limit_near"
    LIMIT_REACHED = "limit_reached"
    WEBHOOK_SWITCHED_OFF = "webhook_switched_off"
    BOT_REVOKED = "bot_revoked"
    BOT_TAKEN = "bot_taken"
    BOT_CHAT_PENDING = "bot_chat_pending"
    CHAT_LOST = "chat_lost"
    TOPIC_LOST = "topic_lost"
    MESSAGE_UNDELIVERED = "message_undelivered"
    ALERT_UNDELIVERED = "alert_undelivered"
    INTAKE_REFUSED = "intake_refused"
    DOCUMENT_FAILED = "document_failed"
    NEW_SESSION = "new_session"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a kind
    TELEGRAM_UNLINKED = "telegram_unlinked"


class Channel(StrEnum):
    """Where notices go: the list of the API, the user's Telegram, outgoing webhooks."""

    API = "api"
    TELEGRAM = "telegram"
    WEBHOOKS = "webhooks"


ALWAYS_WANTED: Final = frozenset(
    {(NoticeKind.NEW_SESSION, Channel.API), (NoticeKind.PASSWORD_CHANGED, Channel.API)}
)
"""Who takes an account over must not be able to hide it."""


class TelegramState(StrEnum):
    """Whether notices reach the user's Telegram; ``off`` where Telegram refuses them."""

    NOT_LINKED = "not_linked"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """What a notice keeps of an event of the topic: ids, figures and words of the product.

    Of events that come in crowds, one per ``QUIET_FOR`` and values of ``once_of`` makes a notice.
    """

    kind: NoticeKind
    fields: tuple[str, ...]
    once_of: tuple[str, ...] = ()


OF_CHAT: Final = ("config_id", "chat_id")

NOTICE_FORMS: Final[Mapping[str, NoticeForm]] = {
    "deposit-seen": NoticeForm(NoticeKind.DEPOSIT_SEEN, ("deposit_id", "amount_micro_usdt")),
    "deposit-credited": NoticeForm(
        NoticeKind.DEPOSIT_CREDITED, ("deposit_id", "amount_micro_usdt")
    ),
    "deposit-orphaned": NoticeForm(
        NoticeKind.DEPOSIT_ORPHANED, ("deposit_id", "amount_micro_usdt")
    ),
    "invoice-paid": NoticeForm(NoticeKind.RENEWAL_PAID, ("invoice_id", "amount_micro_usdt")),
    "invoice-payment-failed": NoticeForm(
        NoticeKind.RENEWAL_FAILED, ("invoice_id", "amount_micro_usdt", "pay_until")
    ),
    "payment-reminder-due": NoticeForm(
        NoticeKind.PAYMENT_REMINDER, ("invoice_id", "missing_micro_usdt", "pay_until")
    ),
    "trial-ending": NoticeForm(NoticeKind.TRIAL_ENDING, ("subscription_id", "ends_at")),
    "usage-threshold-reached": NoticeForm(NoticeKind.LIMIT_NEAR, ("meter", "percent")),
    "webhook-switched-off": NoticeForm(NoticeKind.WEBHOOK_SWITCHED_OFF, ("webhook_id",)),
    "bot-token-revoked": NoticeForm(NoticeKind.BOT_REVOKED, ("config_id",)),
    "bot-webhook-taken": NoticeForm(NoticeKind.BOT_TAKEN, ("config_id",)),
    "bot-chat-pending": NoticeForm(
        NoticeKind.BOT_CHAT_PENDING, ("config_id", "chat_id"), once_of=OF_CHAT
    ),
    "chat-lost": NoticeForm(NoticeKind.CHAT_LOST, ("config_id", "chat_id")),
    "topic-lost": NoticeForm(NoticeKind.TOPIC_LOST, ("config_id", "chat_id"), once_of=OF_CHAT),
    "message-undelivered": NoticeForm(
        NoticeKind.MESSAGE_UNDELIVERED,
        ("config_id", "chat_id", "message_id"),
        once_of=OF_CHAT,
    ),
    "alert-undelivered": NoticeForm(
        NoticeKind.ALERT_UNDELIVERED, ("config_id", "chat_id"), once_of=OF_CHAT
    ),
    "intake-refused": NoticeForm(
        NoticeKind.INTAKE_REFUSED, ("intake_id", "code"), once_of=("intake_id",)
    ),
    "telegram-unlinked": NoticeForm(NoticeKind.TELEGRAM_UNLINKED, ()),
    "document-failed": NoticeForm(NoticeKind.DOCUMENT_FAILED, ("document_id",)),
    "new-device-logged-in": NoticeForm(NoticeKind.NEW_SESSION, ("session_id",)),
    "password-changed": NoticeForm(NoticeKind.PASSWORD_CHANGED, ()),
}
"""By the name of the event on the topic; one of a threshold of 100 % has a kind of its own."""


def kind_of(event: str, data: Mapping[str, Any]) -> NoticeKind | None:
    """The kind of the notice of an event, None if there is none."""
    form = NOTICE_FORMS.get(event)
    if form is None:
        return None
    if form.kind is NoticeKind.LIMIT_NEAR and data.get("percent") == PERCENT_ALL:
        return NoticeKind.LIMIT_REACHED
    return form.kind


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice. ``unread`` is 1 or 0, which lists sort by; ``in_api`` is whether lists show it."""

    id: UUID
    owner_id: UUID
    kind: NoticeKind
    event_id: UUID
    data: Mapping[str, Any]
    in_api: bool
    created_at: datetime
    unread: int = 1
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticePreferences:
    """By which channels a user does not want which notices; all others are wanted."""

    refused: frozenset[tuple[NoticeKind, Channel]] = field(default_factory=frozenset)

    def wants(self, kind: NoticeKind, channel: Channel) -> bool:
        """Whether notices of the kind go to the channel."""
        return (kind, channel) not in self.refused

    def changed(self, choices: Sequence[tuple[NoticeKind, Channel, bool]]) -> "NoticePreferences":
        """The preferences after these choices; others stay. Raises NoticeRequired."""
        refused = set(self.refused)
        for kind, channel, wanted in choices:
            if not wanted and (kind, channel) in ALWAYS_WANTED:
                raise NoticeRequired("Leave new_session and password_changed on in the API.")
            (refused.discard if wanted else refused.add)((kind, channel))
        return NoticePreferences(frozenset(refused))
