"""An intake whose alerts a bot posts to a chat, and what is queued for it."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.queues.post_alerts.handler import handler as post_alerts
from mara.platform.database import connection, transaction
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.model.bot_config import BotConfig, BotLanguage
from mara.telegram.model.incoming import Press, Sender, SenderKind
from mara.telegram.model.outgoing import OutgoingMessage
from mara.wiring.alerts import alert_posting_service, post_presses
from tests.support.accounts import Account, make_account
from tests.support.alerting import RUNBOOK, AlertIntake, alertmanager, an_alert, make_intake, work
from tests.support.knowledge import learn
from tests.support.stored_bots import add_bot

CHAT = -1001
HOUR = timedelta(hours=1)


@dataclass
class Chat:
    """An intake whose alerts a bot posts to a chat."""

    intake: AlertIntake
    bot: BotConfig

    def deliver(self, *alerts: dict[str, Any], **parts: Any) -> list[str]:
        """Deliver alerts, one crash loop unless others are given; the ids."""
        body = alertmanager(*(alerts or [an_alert(**parts)]))
        return [str(one) for one in self.intake.post(body).json["alert_ids"]]

    def answer(self) -> None:
        work(self.intake.owner)

    def show_at(self, at: datetime) -> int:
        """Ring the doorbell of messages at another time."""
        return replace(alert_posting_service(), now=lambda: at).show_due(self.intake.owner.id)

    def show(self) -> Any:
        """Ring the doorbell of messages; what SQS is told."""
        record = {"messageId": "1", "body": json.dumps({"owner_id": str(self.intake.owner.id)})}
        return post_alerts({"Records": [record]}, None)

    def queued(self) -> list[OutgoingMessage]:
        """All messages, in the order in which they were queued."""
        with transaction(self.intake.owner.id):
            rows = connection().execute("SELECT id FROM outgoing_messages ORDER BY position")
            ids = [row[0] for row in rows.fetchall()]
            found = [PostgresOutgoingMessages().get(self.intake.owner.id, one) for one in ids]
        return [one for one in found if one]

    def texts(self) -> list[str]:
        return [message.parts[0].text for message in self.queued()]

    def press(self, data: str, person: int = 11, chat_id: int = CHAT) -> str:
        """Press a button; what the presser is shown."""
        press = Press("1", Sender(person, SenderKind.PERSON, "Ann"), data, chat_id, 41)
        return post_presses().press(self.bot, press)

    def buttons(self) -> dict[str, str]:
        """The data of the buttons of the last message by their labels."""
        rows = self.queued()[-1].buttons
        return {button.text: str(button.data) for row in rows for button in row}


def make_chat(
    name: str = "anna", telegram_id: int = 1, account: Account | None = None, **settings: Any
) -> Chat:
    """A chat of a new account that knows the runbook; its bot speaks English."""
    account = account or make_account(name)
    learn(account.id, "runbooks.md", RUNBOOK)
    bot = add_bot(account.id, telegram_id, target_chat_id=CHAT, language=BotLanguage.EN)
    return Chat(make_intake(account, config_id=str(bot.id), **settings), bot)


def quiet_now(**changes: Any) -> dict[str, Any]:
    """Quiet hours from an hour ago to two hours from now."""
    now = datetime.now(UTC)
    hours = {"from": f"{now - HOUR:%H:%M}", "to": f"{now + 2 * HOUR:%H:%M}"}
    days = list(range(7))
    return {**hours, "days": days, "time_zone": "UTC", "except": ["critical"], **changes}
