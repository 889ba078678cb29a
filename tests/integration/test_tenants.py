"""A crawler through the whole API: nobody reaches what is another tenant's (Invariant 2)."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import psycopg
import pytest

from infra.local.postgres import ADMIN, PostgresServer
from mara.auth.model.permissions import Access
from mara.kernel.page import encode_cursor
from mara.kernel.principal import Role
from mara.wallets.model import Network
from tests.support.chain_labs import aptos_connected
from tests.support.cloud import storage_and_queues
from tests.support.connected_telegram import telegram_connected
from tests.support.events import Answer
from tests.support.openapi import Operation, form, operations
from tests.support.scanning import begin_scans
from tests.support.tenants import CALLERS, Caller, Rows, Tenant, make_tenant

WORD = "obsidian"
"""Stands in all that is the neighbour's, and in nothing else."""

ENDS_SESSIONS = {"change_password", "log_out", "log_out_everywhere"}
EXPECTED_ERRORS = {
    *("document_not_failed", "fields_missing", "gate_closed", "transaction_not_found"),
    *("plan_not_found", "subscription_not_found", "invalid_bot_token"),
    *("account_not_linked", "alert_not_answered"),
}
"""What an example may meet: a document that can be read, a setting that it leaves out, a gate that
no evaluation opened, a hash of no transaction, a plan that is not sold here, a token of no bot, a
link that was removed before, and an alert that no agent was asked about."""

IDS_IN_BODIES: dict[str, Callable[[dict[str, str]], Any]] = {
    "document_ids": lambda ids: [ids["document_id"]],
    "conversation_id": lambda ids: ids["conversation_id"],
    "agent_id": lambda ids: ids["agent_id"],
    "config_id": lambda ids: ids["config_id"],
}
LOGGED_IN = [caller for caller in CALLERS if caller.role and caller.scopes is None]
OF_NO_TENANT = {"plan_id", "queue", "schedule"}
"""Parameters that name what every user sees."""
PROTECTED = [
    operation for operation in operations().values() if operation.rule.access is not Access.PUBLIC
]


@pytest.fixture
def neighbour(database: str) -> Tenant:
    begin_scans()
    return make_tenant("vera", WORD)


@pytest.fixture
def rows(postgres: PostgresServer, database: str, neighbour: Tenant) -> Iterator[Rows]:
    name = database.rsplit("/", 1)[1]
    with psycopg.connect(postgres.url(ADMIN, name), autocommit=True) as link:
        yield Rows(link, neighbour.account.id)


@pytest.fixture(params=CALLERS, ids=lambda caller: caller.name)
def caller(request: pytest.FixtureRequest) -> Caller:
    found: Caller = request.param
    return found


@pytest.fixture
def own(rows: Rows, caller: Caller) -> Tenant:
    if not caller.secured:
        rows.unsecure()
    return make_tenant("boris", "granite", caller.role or Role.USER, Network.APTOS)


@pytest.fixture(autouse=True)
def cloud(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with storage_and_queues(), aptos_connected(monkeypatch), telegram_connected(monkeypatch):
        yield


def mixed_ids(operation: Operation, own: Tenant, neighbour: Tenant) -> Iterator[dict[str, str]]:
    """Every way to put the neighbour's id into at least one place of the path."""
    if OF_NO_TENANT & set(operation.parameters):
        return
    for choice in product((own, neighbour), repeat=len(operation.parameters)):
        if neighbour in choice:
            yield {
                name: tenant.ids[name]
                for name, tenant in zip(operation.parameters, choice, strict=True)
            }


def bodies_with(operation: Operation, ids: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The operation's example with a neighbour's id in each field that takes one."""
    properties = (operation.body_schema or {}).get("properties", {})
    for name, of in IDS_IN_BODIES.items():
        if name in properties:
            yield {**operation.examples[0], name: of(ids)}


def example(operation: Operation, own: Tenant) -> Any:
    """The operation's first example with the tenant's own ids, or no body."""
    if not operation.examples:
        return None
    known, chats = operation.examples[0], {"chat_ids": lambda ids: [int(ids["chat_id"])]}
    return known | {n: of(own.ids) for n, of in (IDS_IN_BODIES | chats).items() if n in known}


def assert_tells_nothing(answer: Answer, neighbour: Tenant, sent: str) -> None:
    assert WORD not in answer.text
    assert neighbour.account.email not in answer.text
    assert neighbour.address not in answer.text
    for name, id_ in neighbour.ids.items():
        assert name == "network" or id_ not in answer.text or id_ in sent


class TestIdsOfTheNeighbour:
    """Invariant 2: 401, 403 or 404, whoever asks; and nothing of the neighbour's changes."""

    def test_in_the_path_lead_nowhere(
        self, caller: Caller, own: Tenant, neighbour: Tenant, rows: Rows
    ) -> None:
        before = rows.all()
        headers = caller.headers(own.account)
        asked = 0
        for operation in PROTECTED:
            rule = operation.rule
            # An administrator's business is the accounts of others.
            found = 404 if rule.access is Access.USER else 200
            if operation.method == "post" and found == 200 and caller.status(rule) is None:
                continue  # it changes the other's account on purpose
            for ids in mixed_ids(operation, own, neighbour):
                answer = operation.call(ids, body=example(operation, own), headers=headers)
                expected = caller.status(rule) or found
                assert answer.status == expected, f"{operation.id}: {answer.text}"
                if expected != 200:
                    assert_tells_nothing(answer, neighbour, str(ids))
                asked += 1
        assert asked >= 15
        assert rows.all() == before

    def test_in_a_body_lead_nowhere(
        self, caller: Caller, own: Tenant, neighbour: Tenant, rows: Rows
    ) -> None:
        before = rows.all()
        headers = caller.headers(own.account)
        asked = set()
        for operation in PROTECTED:
            for body in bodies_with(operation, neighbour.ids):
                answer = operation.call(own.ids, body=body, headers=headers)
                expected = caller.status(operation.rule) or 404
                assert answer.status == expected, f"{operation.id} {body}: {answer.text}"
                assert_tells_nothing(answer, neighbour, str(body))
                asked.add(operation.id)
        assert asked == {
            "ask_agent",
            "change_agent",
            "change_intake",
            "change_rule",
            "connect_bot",
            "create_agent",
            "create_intake",
            "create_rule",
            "replace_rule",
            "search_documents",
            "update_agent",
            "update_bot",
            "upload_document",
        }
        beside_a_file = form("mine.md", b"# Mine", agent_id=neighbour.ids["agent_id"])
        beside_a_file["headers"] |= headers
        upload = operations()["upload_document"]
        answer = upload.call({}, **beside_a_file)
        assert answer.status == (caller.status(upload.rule) or 404), answer.text
        assert rows.all() == before

    def test_in_a_request_that_makes_no_sense_are_not_looked_at(
        self, caller: Caller, own: Tenant, neighbour: Tenant, rows: Rows
    ) -> None:
        """A 422 comes after the permission, and tells nothing of what is there."""
        before = rows.all()
        headers = caller.headers(own.account)
        for operation in PROTECTED:
            if operation.body_schema is None:
                continue
            body = {"unknown": WORD[:3]}
            answer = operation.call(neighbour.ids, body=body, headers=headers)
            expected = caller.status(operation.rule) or 422
            assert answer.status == expected, f"{operation.id}: {answer.text}"
            assert_tells_nothing(answer, neighbour, str(neighbour.ids))
        assert rows.all() == before


class TestWhatIsOnesOwn:
    """Invariant 2: lists, searches and answers hold nothing of the neighbour's."""

    def test_shows_nothing_of_the_neighbour(
        self, caller: Caller, own: Tenant, neighbour: Tenant, rows: Rows
    ) -> None:
        before = rows.all()
        headers = caller.headers(own.account)
        cursor = {"cursor": encode_cursor(neighbour.account.id), "limit": "100"}
        for operation in sorted(PROTECTED, key=lambda found: found.id in ENDS_SESSIONS):
            rule = operation.rule
            if operation.method == "delete" or rule.access is not Access.USER:
                continue
            if operation.id in ENDS_SESSIONS:
                headers = caller.headers(own.account)
            is_list = cursor.keys() <= operation.query_parameters
            # A cursor is of one order: it names no id in the default one of notices.
            order = {"sort": "-created_at"} if "sort" in operation.query_parameters else {}
            for query in [None, cursor | order] if is_list else [None]:
                answer = operation.call(
                    own.ids, body=example(operation, own), headers=headers, query=query
                )
                refused = caller.status(rule)
                if refused:
                    assert answer.status == refused, f"{operation.id}: {answer.text}"
                else:
                    allowed = answer.status < 300 or answer.json["code"] in EXPECTED_ERRORS
                    assert allowed, f"{operation.id}: {answer.text}"
                assert_tells_nothing(answer, neighbour, "")
        assert rows.all() == before

    def test_answers_no_question_from_the_documents_of_the_neighbour(
        self, caller: Caller, own: Tenant, neighbour: Tenant
    ) -> None:
        headers = caller.headers(own.account)
        question = f"How do I restart the {WORD} gateway?"
        every = operations()
        for operation, body in (
            (every["search_documents"], {"query": question, "limit": 100}),
            (every["ask_agent"], {"question": question}),
        ):
            answer = operation.call(own.ids, body=body, headers=headers)
            if caller.status(operation.rule) is None:
                assert answer.status == 200, answer.text
                quoted = answer.json.get("items", []) + answer.json.get("citations", [])
                assert {part["document_id"] for part in quoted} <= {own.ids["document_id"]}
                assert neighbour.ids["document_id"] not in answer.text

    @pytest.mark.parametrize("caller", LOGGED_IN, ids=lambda caller: caller.name)
    def test_is_made_anew_under_the_idempotency_key_of_the_neighbour(
        self, caller: Caller, own: Tenant, neighbour: Tenant
    ) -> None:
        create = operations()["create_agent"]
        body = {"name": "On call"}
        key = {"idempotency-key": "the-same"}
        theirs = create.call({}, body=body, headers={**neighbour.account.headers, **key})
        mine = create.call({}, body=body, headers={**caller.headers(own.account), **key})
        assert (theirs.status, mine.status) == (201, 201)
        assert theirs.json["id"] != mine.json["id"]


class TestRowLevelSecurity:
    def test_stands_on_every_table_with_an_owner(self, rows: Rows) -> None:
        """Invariant 2: under the queries, which the crawler tries without it too."""
        assert {"agents", "answers", "api_keys", "documents", "index_chunks", "vaults"} <= set(
            rows.tables
        )
        assert rows.unsecured() == set()


class TestDeclarations:
    def test_is_what_the_document_promises(self) -> None:
        for operation in operations().values():
            rule = operation.rule
            role = None if rule.access is Access.PUBLIC else rule.access.name.lower()
            assert operation.spec.get("x-role") == role
            scope = rule.key_scope.value if rule.key_scope else None
            assert operation.spec.get("x-api-key-scope") == scope

    def test_opens_to_everybody_nothing_with_an_id_but_what_has_a_secret_of_its_own(self) -> None:
        with_ids = {
            operation.id
            for operation in operations().values()
            if operation.rule.access is Access.PUBLIC and operation.parameters
        }
        assert with_ids == {"receive_alerts", "receive_update"}
