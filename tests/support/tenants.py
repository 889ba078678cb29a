"""Two tenants with one object of every kind, and callers who try to reach the other's."""

import json
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID
from zlib import crc32

import psycopg
from psycopg import sql

from mara.agents.model import AgentSettings
from mara.alerts.model.credentials import DeliveryCredentials
from mara.alerts.model.intake import IntakeSettings
from mara.auth.model import Scope
from mara.auth.model.permissions import ACCESS_OF_ROLE, Rule
from mara.erasure.adapters.data_jobs import PostgresDataJobs
from mara.erasure.model.data_job import DataJob, JobKind, JobState
from mara.kernel.ids import new_id
from mara.kernel.messages import Message
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.wallets.model import Network
from mara.wiring.agents import agent_service, answer_service
from mara.wiring.alerts import intake_service, reception_service
from mara.wiring.auth import api_key_service, authentication_service, session_service
from mara.wiring.ledger import ledger_service
from mara.wiring.rules import rule_service
from mara.wiring.vault import vault_service
from mara.wiring.wallets import wallet_creation_service
from mara.wiring.webhooks import delivery_service, webhook_service
from tests.support.accounts import PASSWORD, Account, make_account
from tests.support.chat_rules import make_settings
from tests.support.connected_telegram import CHAT_ID, PERSON_ID, give_config
from tests.support.invoices import give_invoice
from tests.support.knowledge import learn
from tests.support.notices import give_notice
from tests.support.platform_bots import give_account_link

ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True)
class Tenant:
    """``ids`` are keyed by path parameter; ``word`` occurs in every object of the tenant.

    ``address`` is that of the only wallet, on ``ids["network"]``, which is no secret itself.
    """

    account: Account
    word: str
    ids: dict[str, str]
    address: str


@dataclass(frozen=True)
class Caller:
    """A role, with or without an API key; ``role`` is None for an anonymous caller.

    ``secured`` is False if row-level security is off, so that only the queries isolate tenants.
    """

    name: str
    role: Role | None
    scopes: frozenset[Scope] | None = None
    secured: bool = True

    def status(self, rule: Rule) -> int | None:
        """The status that the route's rule gives before any object is read; None if it passes."""
        if self.role is None:
            return 401
        if ACCESS_OF_ROLE[self.role].value < rule.access.value:
            return 403
        if self.scopes is not None and rule.key_scope not in self.scopes:
            return 403
        return None

    def headers(self, account: Account) -> dict[str, str]:
        """A new session or key at every call, so that ending one affects no other."""
        if self.role is None:
            return {}
        if self.scopes is not None:
            _, secret = api_key_service().create(
                account.principal, name="crawler", scopes=self.scopes, expires_at=None
            )
            return {"x-api-key": secret}
        tokens = session_service().log_in(
            email=account.email, password=PASSWORD, address="192.0.2.1"
        )
        return {"authorization": f"Bearer {tokens.access_token}"}


CALLERS = (
    Caller("nobody", None),
    Caller("user where nothing but the queries guards", Role.USER, secured=False),
    *(Caller(role.value, role) for role in Role),
    *(Caller(f"key with {scope.value}", Role.USER, frozenset({scope})) for scope in Scope),
    *(Caller(f"{role.value}'s key with all", role, ALL_SCOPES) for role in Role),
)


def other_session(account: Account) -> UUID:
    """A session beside that of ``account.principal``, which ending it does not affect."""
    tokens = session_service().log_in(email=account.email, password=PASSWORD, address="192.0.2.1")
    session_id = authentication_service().authenticate(tokens.access_token).session_id
    assert session_id
    return session_id


def _publish_nothing(message: Message) -> None:
    """The doorbell of webhooks: no queue is needed to make a tenant."""


def give_erasure(owner_id: UUID) -> None:
    """The record of an erasure, which operators read; the account itself stays as it is."""
    at = now()
    job = DataJob(new_id(), owner_id, JobKind.ERASURE, at, None, JobState.DONE, finished_at=at)
    with transaction(owner_id):
        PostgresDataJobs().add(job)


def make_tenant(
    name: str, word: str, role: Role = Role.USER, network: Network = Network.ARBITRUM
) -> Tenant:
    """A tenant with a document, an agent that answered from it, an API key, a wallet, and money."""
    account = make_account(name, role)
    who = account.principal
    text = f"Restart the {word} gateway with systemctl restart {word}, then call {word} support."
    document = learn(account.id, f"{word}.txt", [text])
    agent = agent_service().create(
        who, AgentSettings(name=f"{word} agent", instructions=f"Speak of {word}.")
    )
    answer = answer_service().ask(
        who, agent.id, f"How do I restart the {word} gateway?", conversation_id=None
    )
    wallet, _ = wallet_creation_service(vault_service()).create(who, network)
    intake, secret = intake_service().create(who, IntakeSettings(f"{word} intake", agent.id))
    body = json.dumps({"title": f"{word} is down"}).encode()
    bearer = DeliveryCredentials(bearer=secret)
    receipt = reception_service().receive(intake.id, body, bearer)
    key, _ = api_key_service().create(who, name=f"{word} key", scopes=ALL_SCOPES, expires_at=None)
    with transaction(SYSTEM):
        cause = Cause(f"{word} deposit", f"{word} deposit")
        ledger_service().credit_deposit(account.id, "tron", 1_000_000, cause)
    webhook, _ = webhook_service().create(
        who, url=f"https://{word}.example.com/", description=word, events=None
    )
    deliveries = replace(delivery_service(), publish=_publish_nothing)
    number = crc32(word.encode())
    config_id = give_config(account.id, agent.id, f"{word} bot", number)
    give_account_link(account.id, number)
    give_erasure(account.id)
    rule = rule_service().create(who, make_settings(config_id, agent.id, CHAT_ID - number, word))
    ids = {
        "config_id": config_id,
        "chat_id": CHAT_ID - number,
        "telegram_id": PERSON_ID + number,
        "user_id": account.id,
        "invoice_id": give_invoice(account.id),
        "plan_id": new_id(),  # of no plan: every user sees those there are
        "queue": "ingest-document",
        "schedule": "forget-expired",
        "document_id": document.id,
        "agent_id": agent.id,
        "answer_id": answer.id,
        "conversation_id": answer.conversation_id,
        "key_id": key.id,
        "intake_id": intake.id,
        "rule_id": rule.id,
        "alert_id": receipt.delivery.alert_ids[0],
        "session_id": other_session(account),
        "network": network,
        "webhook_id": webhook.id,
        "notification_id": give_notice(account.id),
        "delivery_id": deliveries.test(who, webhook.id).id,
    }
    address = wallet.address_text
    return Tenant(account, word, {name: str(value) for name, value in ids.items()}, address)


@dataclass
class Rows:
    """All rows of one owner in the database, read without row-level security."""

    link: psycopg.Connection[Any]
    owner_id: UUID
    tables: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = self.link.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'owner_id' ORDER BY 1"
        )
        self.tables = [name for (name,) in found]

    def unsecure(self) -> None:
        """Disable row-level security."""
        for table in (*self.tables, "users"):
            self.link.execute(
                sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(sql.Identifier(table))
            )

    def unsecured(self) -> set[str]:
        """Tables whose row-level security is off, or does not apply to the tables' owner."""
        found = self.link.execute(
            "SELECT relname FROM pg_class WHERE oid = ANY(%s::text[]::regclass[])"
            " AND NOT (relrowsecurity AND relforcerowsecurity)",
            [[*self.tables, "users"]],
        )
        return {name for (name,) in found}

    def all(self) -> dict[str, list[dict[str, Any]]]:
        owned = {table: self._rows(table, "owner_id") for table in self.tables}
        return {**owned, "users": [self._without_time(row) for row in self._rows("users", "id")]}

    def _rows(self, table: str, column: str) -> list[dict[str, Any]]:
        query = sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE {} = %s").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        return sorted((row for (row,) in self.link.execute(query, [self.owner_id])), key=str)

    @staticmethod
    def _without_time(row: dict[str, Any]) -> dict[str, Any]:
        """Without ``updated_at``, which also changes when nothing else does."""
        return {name: value for name, value in row.items() if name != "updated_at"}
