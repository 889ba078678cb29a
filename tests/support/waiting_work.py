"""Rows of work that waits, written past the rules of the tables that they hang on."""

from datetime import timedelta
from typing import Any

import psycopg

from mara.kernel.ids import new_id
from mara.platform.clock import now
from mara.telegram.model.bot_config import BotConfig

Connection = psycopg.Connection[Any]
HOURS = timedelta(hours=5)
CHAT = -4242


def insert(link: Connection, table: str, **values: object) -> None:
    """Insert a row of these columns."""
    columns, marks = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    link.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def wait_document(link: Connection, **more: object) -> None:
    """A document that is queued since some hours, and was rung for again a minute ago."""
    at = now()
    given: dict[str, object] = {
        "id": new_id(),
        "owner_id": new_id(),
        "filename": "a.txt",
        "format": "txt",
        "media_type": "text/plain",
        "size": 1,
        "sha256": "0" * 64,
        "version": 1,
        "state": "queued",
        "created_at": at - HOURS,
        "waits_since": at - HOURS,
        "updated_at": at - timedelta(minutes=1),
    }
    insert(link, "documents", **given | more)


def wait_analysis(link: Connection) -> None:
    """An analysis."""
    ids = {"document_id": new_id(), "owner_id": new_id()}
    insert(link, "document_analyses", **ids, state="queued", requested_at=now() - HOURS)


def wait_answer(link: Connection) -> None:
    """A question."""
    ids = {name: new_id() for name in ("id", "owner_id", "agent_id", "conversation_id")}
    more = {"question": "?", "created_at": now() - HOURS, "state": "queued"}
    insert(link, "pending_answers", **ids, **more)


def wait_post(link: Connection, **more: object) -> None:
    """An alert that is to be asked about."""
    ids = {name: new_id() for name in ("id", "owner_id", "source_id", "agent_id")}
    texts = {"source_kind": "intake", "key": "k", "name": "n", "severity": "warning"}
    state = {"question": "?", "is_test": False, "state": "waiting", "tries": 0}
    insert(link, "alert_posts", **{**ids, **texts, **state, "created_at": now() - HOURS} | more)


def wait_posting(link: Connection) -> None:
    """A message of an alert that is due."""
    ids = {name: new_id() for name in ("post_id", "owner_id", "config_id")}
    insert(link, "alert_messages", **ids, shown="nothing", due_at=now() - HOURS)


def wait_mail(link: Connection) -> None:
    """A mail that has not expired."""
    more = {"kind": "password_reset", "created_at": now() - HOURS, "expires_at": now() + HOURS}
    insert(link, "account_mails", id=new_id(), owner_id=new_id(), token_hash=b"x", **more)


def wait_delivery(
    link: Connection, due_in: timedelta = -HOURS, *, attempts: int = 0, **of_webhook: Any
) -> None:
    """A delivery of a webhook."""
    webhook = {"id": new_id(), "owner_id": new_id(), "url": "https://x.test", "description": ""}
    more = {"events": ["x"], "secret_id": new_id(), "created_at": now(), "failures": 0}
    insert(link, "webhooks", **webhook, **more, **of_webhook)
    ids = {"id": new_id(), "webhook_id": webhook["id"], "owner_id": webhook["owner_id"]}
    times = {"created_at": now() - HOURS, "next_at": now() + due_in}
    state = {"state": "waiting", "attempts": attempts, "event_id": new_id(), "type": "x"}
    insert(link, "webhook_deliveries", **ids, **times, **state, body="{}")


def wait_send(link: Connection, bot: BotConfig, chat_id: int = CHAT) -> None:
    """A message of a bot to a chat."""
    ids = {"id": new_id(), "config_id": bot.id, "owner_id": bot.owner_id, "chat_id": chat_id}
    state = {"priority": "answer", "rank": 1, "state": "queued", "attempts": 0, "is_plain": False}
    texts = {"parts": "[]", "buttons": "[]", "telegram_ids": list[int]()}
    insert(link, "outgoing_messages", **ids, **state, **texts, due_at=now() - HOURS)


def pace(link: Connection, bot: BotConfig, chat_id: int = CHAT, **more: object) -> None:
    """What a chat got last, or until when it is paused."""
    ids = {"config_id": bot.id, "owner_id": bot.owner_id, "chat_id": chat_id}
    insert(link, "bot_chat_paces", **ids, **more)
