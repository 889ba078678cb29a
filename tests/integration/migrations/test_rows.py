"""Migrations of tables that have rows, which row-level security hides from their owner."""

from typing import Any

import psycopg

from infra.local.postgres import OWNER, PostgresServer
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, disconnect, transaction
from tests.support.accounts import make_account
from tests.support.postgres import forget_deeds, migrate
from tests.support.stored_bots import add_bot

BEFORE_BOTS_WERE_CHECKED = "alert_messages"


def test_a_connected_bot_survives_the_way_back_and_forth(
    database: str, postgres: PostgresServer, past_the_rules: psycopg.Connection[Any]
) -> None:
    """Migrate without the scope of the system to see it fail: no row would be changed."""
    bot = add_bot(make_account("anna").id)
    forget_deeds(past_the_rules)
    disconnect()
    owner_url = postgres.url(OWNER, database.rsplit("/", 1)[1])
    migrate(owner_url, "downgrade", BEFORE_BOTS_WERE_CHECKED)
    migrate(owner_url, "upgrade", "head")
    with transaction(SYSTEM):
        query = "SELECT id, checked_at = created_at FROM bot_configs"
        assert connection().execute(query).fetchall() == [(bot.id, True)]
