"""The OpenAPI document is true: of this code, valid, and its examples work as it says."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.local.openapi import TARGET, render
from infra.local.simulators import aptos
from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.webhooks import SECRET_HEADER
from mara.kernel.principal import Role
from mara.telegram.schemas.bots import EXAMPLE_TOKEN
from mara.wiring.alerts import alert_answering_service
from tests.support.accounts import PASSWORD, Account, make_account
from tests.support.chain_labs import aptos_connected
from tests.support.connected_telegram import (
    CHAT_ID,
    PERSON_ID,
    give_bot,
    give_chat,
    telegram_connected,
)
from tests.support.events import Answer
from tests.support.invoices import give_invoice
from tests.support.knowledge import failed_document, learn
from tests.support.mails import Mailbox, mailbox
from tests.support.notices import give_notice
from tests.support.openapi import FOREIGN_BODIES, Operation, document, form, operations, url_encoded
from tests.support.platform_bots import give_account_link
from tests.support.scanning import begin_scans

TEXT = "Если диск на узле заполнен, удалите архивы и перезапустите сервис журналов."

STORY = (
    *("check_liveness", "check_health", "check_readiness", "get_metrics"),
    *("register", "issue_token", "log_in", "refresh_session", "get_profile", "update_profile"),
    *("request_email_verification", "verify_email"),
    *("change_profile", "list_events"),
    *("get_balance", "list_balance_entries"),
    *("generate_wallet", "list_wallets", "get_wallet"),
    *("get_wallet_balance", "claim_deposit", "list_deposits"),
    *("create_api_key", "list_api_keys", "delete_api_key"),
    *("upload_document", "list_documents", "request_analysis", "get_document"),
    *("list_chunks", "get_content", "retry_document"),
    *(
        "search_documents",
        "list_models",
        "create_agent",
        "list_agents",
        "get_agent",
        "update_agent",
        "change_agent",
    ),
    *("ask_agent", "list_conversations", "get_conversation", "give_feedback"),
    *("change_conversation",),
    *("get_answer", "list_versions", "evaluate_agent", "list_evaluations"),
    *("publish_version", "roll_back_version", "set_gate"),
    *("list_users", "get_user", "update_user"),
    *("list_all_deposits",),
    *("list_plans",),
    *("create_plan",),
    *("change_plan",),
    *("list_plan_versions",),
    *("get_my_usage",),
    *("get_revenue",),
    *("list_invoices", "get_invoice", "create_credit_note"),
    *("subscribe", "get_subscription", "limit_overage", "change_subscription"),
    *("cancel_subscription", "resume_subscription", "list_subscription_events"),
    *("advance_clock", "move_subscribers"),
    *("get_usage_report",),
    *("get_cohorts",),
    *("list_all_subscriptions", "create_credit"),
    *("create_webhook", "list_webhooks", "get_webhook", "change_webhook"),
    *("rotate_webhook_secret", "test_webhook", "list_webhook_deliveries"),
    *("redeliver_webhook_delivery", "redeliver_webhook_deliveries", "delete_webhook"),
    *("create_intake", "list_intakes", "get_intake", "change_intake", "rotate_intake_secret"),
    *("receive_alerts", "test_intake", "list_intake_deliveries", "list_alerts", "get_alert"),
    *("give_alert_feedback",),
    *("delete_intake",),
    *("list_notifications", "read_notification", "read_all_notifications"),
    *("get_notification_preferences", "set_notification_preferences"),
    *(
        "connect_bot",
        "receive_update",
        "list_bots",
        "get_bot",
        "update_bot",
        "create_bot_invitation",
    ),
    *("list_bot_chats", "set_bot_chat", "list_bot_people", "remove_bot_person"),
    *("create_rule", "list_rules", "get_rule", "test_rule", "replace_rule", "change_rule"),
    *("list_chat_alerts", "delete_rule"),
    *("examine_bot", "list_dead_updates", "redrive_dead_updates", "disconnect_bot"),
    *("link_telegram_account", "get_telegram_account", "unlink_telegram_account"),
    *("list_queues", "list_dead_letters", "redrive_dead_letters", "discard_dead_letters"),
    *("list_schedules", "run_schedule", "list_audit_entries"),
    "export_user_data",
    *("delete_conversation", "delete_agent", "delete_document"),
    *("list_sessions", "end_session"),
    *("log_out", "log_out_everywhere", "change_password"),
    *("request_password_reset", "reset_password"),
    *("erase_account", "get_erasure"),
)
"""Each operation once, in an order in which each has what it needs."""


class Reader:
    """Somebody who follows the document: sends its examples, and checks what comes back."""

    def __init__(self, chain: aptos.Ledger, mails: Mailbox, bot: Bot) -> None:
        """``chain`` is where the last of the wallets is that the document makes."""
        self.chain = chain
        self.bot = bot
        self.mails = mails
        self.ids: dict[str, str] = {"queue": "ingest-document", "schedule": "forget-expired"}
        self.session: dict[str, str] = {}
        self.admin = make_account("root", Role.SUPERUSER).headers

    def follow(self, operation: Operation) -> Answer:
        """Send every example of it, or nothing where it takes no body; the last answer."""
        if operation.id == "erase_account":
            self.become(make_account("leaving"))
        if (fields := operation.form_example) is not None:
            return self.send(operation, **url_encoded(fields))
        for example in operation.examples or [None]:
            answer = self.send(operation, body=self._filled(example))
        return answer

    def send(self, operation: Operation, **parts: Any) -> Answer:
        headers = {**self._headers(operation), **parts.pop("headers", {})}
        answer = operation.call(self.ids, headers=headers, **parts)
        assert answer.status < 400, f"{operation.id}: {answer.text}"
        check(operation, answer)
        self._remember(operation, answer)
        return answer

    @property
    def user_id(self) -> UUID:
        return UUID(self.ids["user_id"])

    def become(self, account: Account) -> None:
        """Go on as another user, whose password is known and who has no money."""
        self.session, self.ids["user_id"] = {"access_token": account.token}, str(account.id)

    def log_in(self) -> None:
        self.follow(operations()["log_in"])

    def _headers(self, operation: Operation) -> dict[str, str]:
        if operation.id == "receive_update":
            webhook = self.bot.webhook
            assert webhook is not None
            return {SECRET_HEADER: webhook.settings.secret or ""}
        if operation.id == "receive_alerts":
            return {"authorization": f"Bearer {self.ids['secret']}"}
        if operation.spec.get("x-role") in {"admin", "superuser"}:
            return self.admin
        if not operation.spec["security"]:
            return {}
        return {"authorization": f"Bearer {self.session['access_token']}"}

    def _filled(self, example: Any) -> Any:
        """What no document can know is the ids, tokens and the transaction of just now."""
        if example and "agent_id" in example:
            known = {name: self.ids[name] for name in ("agent_id", "config_id") if name in example}
            return {**example, **known}
        if example and [*example] == ["password"]:
            return {"password": PASSWORD}
        if example and "token" in example:
            self.mails.deliver()
            return {**example, "token": self.mails.token()}
        if example and "refresh_token" in example:
            return {**example, "refresh_token": self.session["refresh_token"]}
        if example and "transaction" in example:
            address = bytes.fromhex(self.ids["address"].removeprefix("0x"))
            return {"transaction": self.chain.pay([(address, 1_000_000)])}
        return example

    def _remember(self, operation: Operation, answer: Answer) -> None:
        if answer.status == 204 or operation.id == "get_metrics":
            return
        made: Mapping[str, Any] = answer.json
        if operation.id in {"log_in", "refresh_session"}:
            self.session = dict(made)
        names = {
            "connect_bot": "config_id",
            "create_agent": "agent_id",
            "create_api_key": "key_id",
            "create_intake": "intake_id",
            "create_plan": "plan_id",
            "create_rule": "rule_id",
            "create_webhook": "webhook_id",
            "register": "user_id",
            "test_webhook": "delivery_id",
        }
        if operation.id in names:
            self.ids[names[operation.id]] = made["id"]
        if operation.id == "receive_alerts":
            (self.ids["alert_id"],) = made["alert_ids"]
        if operation.id == "list_sessions":
            self.ids["session_id"] = made["items"][0]["id"]
        for name in ("answer_id", "conversation_id", "network", "address", "secret"):
            if name in made:
                self.ids[name] = made[name]


def check(operation: Operation, answer: Answer) -> None:
    """Against the schema of just this status, formats of ids and times included."""
    schema = operation.response_schema(answer.status)
    if schema is None:
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        is_documented = media_type in operation.spec["responses"][str(answer.status)].get(
            "content", ()
        )
        assert is_documented or answer.text in {"", "null"}, operation.id
        return
    checker = Draft202012Validator.FORMAT_CHECKER
    errors = list(Draft202012Validator(schema, format_checker=checker).iter_errors(answer.json))
    assert not errors, f"{operation.id}: {errors}"


@pytest.fixture
def reader(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    begin_scans()
    monkeypatch.setattr("mara.queues.adapters.lambda_start.start", lambda *_: None)
    with (
        mailbox(monkeypatch) as mails,
        aptos_connected(monkeypatch) as chain,
        telegram_connected(monkeypatch) as telegram,
    ):
        yield Reader(chain, mails, give_bot(telegram, EXAMPLE_TOKEN))


class TestDocument:
    def test_is_of_the_code_of_today(self) -> None:
        assert TARGET.read_text("utf-8") == render(), "run: .venv/bin/mara openapi"

    def test_is_valid_openapi_3_1(self) -> None:
        assert list(OpenAPIV31SpecValidator(document()).iter_errors()) == []

    @pytest.mark.parametrize("operation", operations().values(), ids=operations())
    def test_has_an_example_of_every_body(self, operation: Operation) -> None:
        if (schema := operation.body_schema) is not None:
            assert operation.examples
            for example in operation.examples:
                Draft202012Validator({**schema, "components": document()["components"]}).validate(
                    example
                )

    @pytest.mark.parametrize("operation", operations().values(), ids=operations())
    def test_refuses_what_it_does_not_know(self, operation: Operation) -> None:
        is_foreign = operation.id in FOREIGN_BODIES
        if (schema := operation.body_schema) is not None and not is_foreign:
            assert schema["additionalProperties"] is False

    @pytest.mark.parametrize("operation", operations().values(), ids=operations())
    def test_says_what_an_operation_does_and_answers(self, operation: Operation) -> None:
        assert operation.spec["summary"]
        assert operation.spec["tags"]
        assert "application/problem+json" in operation.spec["responses"]["default"]["content"]


class TestExamples:
    def test_the_story_has_every_operation_once(self) -> None:
        assert sorted(STORY) == sorted(operations())

    def test_are_taken_in_turn_and_answered_as_the_document_says(self, reader: Reader) -> None:
        every = operations()
        learned = None
        for name in STORY:
            if name == "retry_document":
                reader.ids["document_id"] = str(failed_document(reader.user_id).id)
            if name == "list_invoices":
                reader.ids["invoice_id"] = str(give_invoice(reader.user_id))
            if name == "list_bot_chats":
                give_chat(reader.user_id, UUID(reader.ids["config_id"]))
                reader.ids.update(chat_id=str(CHAT_ID), telegram_id=str(PERSON_ID))
            if name == "link_telegram_account":
                give_account_link(reader.user_id)
            if name == "give_alert_feedback":
                alert_answering_service().answer_waiting(reader.user_id)
            if name == "read_notification":
                reader.ids["notification_id"] = str(give_notice(reader.user_id))
            reader.follow(every[name])
            if name in {"upload_document", "retry_document"}:
                learned = learned or learn(reader.user_id, "disk.txt", [TEXT])
                reader.ids["document_id"] = str(learned.id)
            if name in {"end_session", "log_out", "log_out_everywhere"}:
                reader.log_in()

    def test_of_a_file_are_answered_as_the_document_says(self, reader: Reader) -> None:
        every = operations()
        for name in ("register", "log_in"):
            reader.follow(every[name])
        parts = form("disk.md", TEXT.encode())
        first = reader.send(every["upload_document"], **parts)
        again = reader.send(every["upload_document"], **parts)
        assert (first.status, again.status) == (202, 200)
        reader.ids["document_id"] = first.json["id"]
        reader.follow(every["get_document"])
        reader.follow(every["get_content"])

    def test_of_an_answer_has_citations(self, reader: Reader) -> None:
        """Else the story would check the shape of a refusal alone."""
        every = operations()
        for name in ("register", "log_in", "create_agent"):
            reader.follow(every[name])
        learn(reader.user_id, "disk.txt", [TEXT])
        answer = reader.follow(every["ask_agent"])
        assert answer.json["citations"]

    def test_of_problems_follow_their_schema(self, reader: Reader) -> None:
        problem = {
            **document()["components"]["schemas"]["Problem"],
            "components": document()["components"],
        }
        for operation in operations().values():
            if operation.spec["security"]:
                answer = operation.call(dict.fromkeys(operation.parameters, str(uuid4())))
                assert answer.status == 401, operation.id
                Draft202012Validator(problem).validate(answer.json)
