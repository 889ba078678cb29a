"""An in-memory database: tables as dictionaries, and transactions that commit or roll back."""

from collections import Counter as Count
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from mara.alerts.model.alert import Alert, Episode, RecordedSignal
from mara.alerts.model.alert_message import AlertMessage
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.delivery import StoredDelivery
from mara.alerts.model.intake import Intake
from mara.alerts.model.kept_text import KeptText
from mara.alerts.model.missed_post import MissedPost
from mara.alerts.model.rule import ChatRule
from mara.alerts.model.vote import PostVote
from mara.alerts.model.watched_message import RuleFiring
from mara.audit.model.entry import AuditEntry, EntryDetail
from mara.billing.model.account import EventRecord, UnpaidInvoice
from mara.billing.model.counter import Counter
from mara.billing.model.entitlement import Holder
from mara.billing.model.invoice import CreditNote, Invoice
from mara.billing.model.meters import Meter
from mara.billing.model.periods import Period
from mara.billing.model.plan import Plan, PlanVersion
from mara.billing.model.reservation import Reservation
from mara.billing.model.subscription import State, Subscription
from mara.erasure.model.data_job import DataJob
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM, Scope
from mara.ledger.model import Hold, Transfer, TransferRequest, UserAccount
from mara.ledger.model.lots import LotMove, LotState
from mara.notifications.model.notices import Notice, NoticePreferences
from mara.notifications.model.webhooks import Webhook, WebhookDelivery
from mara.telegram.model.bot_chat import BotChat
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.pace import ChatPace
from mara.telegram.model.person import BotPerson, Invitation
from mara.telegram.model.update import Lane
from mara.vault.model import ConnectionSecret, Vault
from mara.wallets.model import (
    Deposit,
    Network,
    ProviderFailure,
    ScanCursor,
    UnreadableEvent,
    Wallet,
)


@dataclass(frozen=True)
class StoredCursor:
    """A row of scan cursors, with the times that statuses are computed from."""

    cursor: ScanCursor
    latest: int | None = None
    last_step_at: datetime | None = None
    last_block_at: datetime | None = None
    caught_up_at: datetime | None = None
    finalizing_since: datetime | None = None
    broken_at: datetime | None = None


@dataclass(frozen=True)
class Posting:
    """``number`` and ``balance`` are set for a user's account only."""

    transfer: Transfer
    request: TransferRequest
    account: str
    amount: int
    number: int = 0
    balance: int = 0


@dataclass(frozen=True)
class StoredSubscription:
    """A row of subscriptions."""

    subscription: Subscription
    due_at: datetime | None
    trial_reminded: bool = False
    set_aside_reason: str | None = None

    @property
    def is_open(self) -> bool:
        return self.subscription.state is not State.ENDED

    @property
    def place(self) -> tuple[datetime, UUID]:
        return self.due_at or datetime(1970, 1, 1, tzinfo=UTC), self.subscription.id


@dataclass
class Tables:
    """All rows; the values are immutable, so that a shallow copy is a snapshot."""

    wallets: dict[tuple[UUID, Network], Wallet] = field(default_factory=dict)
    deposits: dict[UUID, Deposit] = field(default_factory=dict)
    cursors: dict[Network, StoredCursor] = field(default_factory=dict)
    failures: dict[tuple[Network, str], tuple[ProviderFailure, str]] = field(default_factory=dict)
    unreadable: dict[tuple[Network, str], tuple[UnreadableEvent, datetime]] = field(
        default_factory=dict
    )
    transfers: dict[str, tuple[Transfer, TransferRequest]] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    balances: dict[tuple[UUID, UserAccount], int] = field(default_factory=dict)
    entries: dict[UUID, int] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    lot_states: dict[UUID, LotState] = field(default_factory=dict)
    lot_moves: dict[UUID, tuple[UUID, LotMove]] = field(default_factory=dict)
    vaults: dict[UUID, Vault] = field(default_factory=dict)
    connection_secrets: dict[UUID, ConnectionSecret] = field(default_factory=dict)
    bot_configs: dict[UUID, BotConfig] = field(default_factory=dict)
    disconnected_bots: dict[UUID, datetime] = field(default_factory=dict)
    bot_updates: dict[tuple[UUID, int], Any] = field(default_factory=dict)
    bot_lanes: dict[Lane, tuple[UUID, datetime]] = field(default_factory=dict)
    bot_memberships: dict[Lane, datetime] = field(default_factory=dict)
    bot_chats: dict[tuple[UUID, int], BotChat] = field(default_factory=dict)
    bot_people: dict[tuple[UUID, int], BotPerson] = field(default_factory=dict)
    bot_invitations: dict[bytes, Invitation] = field(default_factory=dict)
    bot_replies: dict[tuple[UUID, int], Any] = field(default_factory=dict)
    bot_conversations: dict[tuple[UUID, int, int], Any] = field(default_factory=dict)
    outgoing_messages: dict[UUID, Any] = field(default_factory=dict)
    bot_senders: dict[UUID, Any] = field(default_factory=dict)
    bot_chat_paces: dict[tuple[UUID, int], ChatPace] = field(default_factory=dict)
    plans: dict[UUID, Plan] = field(default_factory=dict)
    plan_versions: dict[UUID, PlanVersion] = field(default_factory=dict)
    subscriptions: dict[UUID, StoredSubscription] = field(default_factory=dict)
    subscription_events: list[tuple[EventRecord, datetime, UUID | None]] = field(
        default_factory=list
    )
    invoices: dict[UUID, Invoice] = field(default_factory=dict)
    unpaid_invoices: dict[UUID, UnpaidInvoice] = field(default_factory=dict)
    credit_notes: dict[UUID, CreditNote] = field(default_factory=dict)
    document_numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    billing_clocks: dict[UUID, timedelta] = field(default_factory=dict)
    alert_intakes: dict[UUID, Intake] = field(default_factory=dict)
    alert_deliveries: dict[UUID, StoredDelivery] = field(default_factory=dict)
    alerts: dict[UUID, Alert] = field(default_factory=dict)
    alert_episodes: dict[UUID, Episode] = field(default_factory=dict)
    alert_signals: dict[UUID, RecordedSignal] = field(default_factory=dict)
    alert_posts: dict[UUID, AlertPost] = field(default_factory=dict)
    alert_messages: dict[UUID, AlertMessage] = field(default_factory=dict)
    rung_for: dict[UUID, datetime] = field(default_factory=dict)
    alert_votes: dict[tuple[UUID, int], PostVote] = field(default_factory=dict)
    alert_rules: dict[UUID, ChatRule] = field(default_factory=dict)
    rule_firings: dict[tuple[UUID, tuple[int, int]], RuleFiring] = field(default_factory=dict)
    rule_texts: dict[UUID, KeptText] = field(default_factory=dict)
    data_jobs: dict[UUID, DataJob] = field(default_factory=dict)
    missed_posts: dict[tuple[UUID, UUID, int], MissedPost] = field(default_factory=dict)
    notices: dict[UUID, Notice] = field(default_factory=dict)
    notice_preferences: dict[UUID, NoticePreferences] = field(default_factory=dict)
    webhooks: dict[UUID, Webhook] = field(default_factory=dict)
    webhook_deliveries: dict[UUID, WebhookDelivery] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    holders: dict[UUID, Holder] = field(default_factory=dict)
    counters: dict[UUID, tuple[Counter, datetime]] = field(default_factory=dict)
    reservations: dict[tuple[UUID, str], Reservation] = field(default_factory=dict)
    refusals: Count[tuple[UUID, date]] = field(default_factory=Count)
    levels: dict[tuple[UUID, Meter], int] = field(default_factory=dict)
    audit_rows: dict[UUID, AuditEntry] = field(default_factory=dict)
    audit_details: dict[UUID, EntryDetail] = field(default_factory=dict)
    charged_periods: list[tuple[UUID, Period]] = field(default_factory=list)

    def snapshot(self) -> "Tables":
        return Tables(*(copy(getattr(self, part.name)) for part in fields(self)))


class FakeDatabase:
    """Implements ``UnitOfWork``, ``Publish`` and ``PublishAll``.

    Its tables exist inside a transaction only.

    As in PostgreSQL, a failed statement aborts its transaction.
    """

    def __init__(self) -> None:
        self.committed = Tables()
        self.scope: Scope | None = None
        self._open: Tables | None = None
        self._aborted = False

    @property
    def tables(self) -> Tables:
        if self._open is None or self._aborted:
            raise RuntimeError("no transaction is open, or it is aborted")
        return self._open

    @contextmanager
    def unit_of_work(self, scope: Scope = SYSTEM) -> Iterator[None]:
        if self._open is not None:
            raise RuntimeError("A unit of work is open already.")
        self._open, self.scope, self._aborted = self.committed.snapshot(), scope, False
        try:
            yield
            if not self._aborted:
                self.committed = self._open
        finally:
            self._open = self.scope = None

    def sees(self, owner_id: UUID) -> bool:
        """Whether the scope of the transaction has rows of the owner, as row-level security."""
        return self.scope in (SYSTEM, owner_id)

    @contextmanager
    def statement(self) -> Iterator[Tables]:
        """The tables, for one statement that aborts the transaction if it fails."""
        tables = self.tables
        try:
            yield tables
        except Exception:
            self._aborted = True
            raise

    def publish(self, message: Message) -> None:
        self.tables.messages.append(message)

    def publish_all(self, messages: Sequence[Message]) -> None:
        self.tables.messages.extend(messages)

    def published(self, kind: type[Message]) -> int:
        """How many committed messages are of this kind."""
        return sum(isinstance(message, kind) for message in self.committed.messages)
