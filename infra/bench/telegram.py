"""Measures the webhook function of bots: without its store, and with it.

Without: CPU per update of the whole function (frame, secret, parse, answer) beside that of
aiogram's aiohttp server with a dispatcher that has no handlers, as a bot is usually hosted.
API Gateway parses HTTP for the function, while aiohttp parses it by itself. Neither is charged with
making the updates.
With: updates per second of one client beside pgbench with one INSERT of the same body, on the same
server with durable writes (fsync). Both alternate, because the load of the machine changes.
"""

import http.client
import io
import json
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import psycopg

from infra.bench.aiogram_server import AiogramServer
from infra.bench.pgbench import rate
from infra.local.migrate import upgrade
from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer, free_port

ROUNDS: Final = 5
UPDATES: Final = 1000
SECONDS: Final = 4
SECRET: Final = "vN3kqX8rTzW1mYc6PbLs9HdGfJ4aRu2E"  # noqa: S105 - used by this bench only
TOKEN: Final = "42:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105 - the documentation's form
HEADERS: Final = {
    "X-Telegram-Bot-Api-Secret-Token": SECRET,
    "Content-Type": "application/json",
}
CONFIG_ID: Final = UUID(int=7)
OWNER_ID: Final = UUID(int=8)
PATH: Final = f"/api/v1/telegram/webhook/{CONFIG_ID}"
ONE_INSERT: Final = "CREATE TABLE one_insert (id bigserial PRIMARY KEY, body bytea NOT NULL)"
ADD_OWNER: Final = """
    INSERT INTO users (id, email, created_at, updated_at)
    VALUES (%s, 'bench@example.com', now(), now())
"""
Receive = Callable[[dict[str, Any]], None]


def run() -> None:
    """Measure both and print them. Raises RuntimeError where an update is not taken."""
    os.environ.update(
        MARA_STAGE="local",
        MARA_TOKEN_SECRETS=json.dumps({"k1": SECRET}),
        MARA_CONNECTION_KEY_ARN="arn:aws:kms:eu-central-1:000000000000:key/unused",
    )
    _without_store()
    with tempfile.TemporaryDirectory() as folder:
        # The server runs as an unprivileged user, who needs access to the folder.
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "postgres", free_port()) as server:
            _with_store(server, Path(folder) / "insert.sql")


def body_of(number: int) -> bytes:
    """An update as Telegram sends it for a message in a group."""
    person = {"id": 100000001, "is_bot": False, "first_name": "Анна", "language_code": "ru"}
    message = {
        "message_id": number,
        "from": person,
        "chat": {"id": -1001234567890, "title": "Дежурка", "type": "supergroup"},
        "date": 1764000000,
        "text": "На gateway-7 закончилось место, что делать?",
    }
    return json.dumps({"update_id": number, "message": message}).encode()


def _without_store() -> None:
    receive = _function(_reception_without_store())
    receive(_event(body_of(0)))
    measured: dict[str, list[float]] = {"aiogram": [], "function": []}
    server = AiogramServer(PATH, TOKEN, SECRET)
    bodies = [body_of(number) for number in range(UPDATES)]
    for _ in range(ROUNDS):
        measured["aiogram"].append(server.receive_all(bodies, HEADERS) / UPDATES * 1e6)
        events = [_event(body) for body in bodies]
        began = time.process_time()
        for event in events:
            receive(event)
        measured["function"].append((time.process_time() - began) / UPDATES * 1e6)
    server.stop()
    median = {name: statistics.median(rounds) for name, rounds in measured.items()}
    print(f"aiogram's aiohttp server, no handlers {median['aiogram']:7.0f} µs CPU an update")
    print(f"the function without its store        {median['function']:7.0f} µs CPU an update")
    print(f"aiogram / function {median['aiogram'] / median['function']:.2f}")


def _function(service: object) -> Receive:
    """The handler of the route, which receives an update by this service."""
    from functions.api.telegram.receive_update import handler as module
    from mara.platform.telemetry import logger

    output = logger.registered_handler
    if isinstance(output, logging.StreamHandler):
        output.setStream(io.StringIO())
    vars(module)["update_reception_service"] = lambda: service
    context: Any = SimpleNamespace(aws_request_id="r1", function_name="receive-update")

    def receive(event: dict[str, Any]) -> None:
        answer = module.handler(event, context)
        if answer["statusCode"] != http.client.OK:
            raise RuntimeError(f"the function answered {answer}")

    return receive


def _event(body: bytes) -> dict[str, Any]:
    headers = {**HEADERS, "Host": "api.example.com"}
    return {
        "resource": "/api/v1/telegram/webhook/{config_id}",
        "path": PATH,
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"config_id": str(CONFIG_ID)},
        "requestContext": {"identity": {"sourceIp": "149.154.167.220"}, "requestId": "r1"},
        "body": body.decode(),
        "isBase64Encoded": False,
    }


def _config() -> Any:
    from mara.platform.clock import now
    from mara.telegram.model.bot_config import (
        BotConfig,
        BotProfile,
        BotSettings,
        BotState,
        WebhookSecret,
        hash_of,
    )

    return BotConfig(
        id=CONFIG_ID,
        owner_id=OWNER_ID,
        settings=BotSettings("bench", UUID(int=9)),
        profile=BotProfile(42, "bench_bot", reads_all_group_messages=False),
        state=BotState.ACTIVE,
        token_id=UUID(int=10),
        webhook_secret=WebhookSecret(hash_of(SECRET)),
        created_at=now(),
        updated_at=now(),
        checked_at=now(),
    )


def _reception_without_store() -> object:
    from mara.wiring.telegram import update_reception_service

    config = _config()
    configs: Any = SimpleNamespace(find=lambda _: config)
    updates: Any = SimpleNamespace(claim=lambda *_: True)
    return replace(
        update_reception_service(),
        configs=configs,
        updates=updates,
        unit_of_work=lambda _: nullcontext(),
    )


def _with_store(server: PostgresServer, script: Path) -> None:
    for name in ("bench", "plain"):
        server.ensure_database(name)
    upgrade(server.url(OWNER, "bench"))
    plain = server.url(ADMIN, "plain")
    with psycopg.connect(plain, autocommit=True) as link:
        link.execute(ONE_INSERT)
    script.write_text(f"INSERT INTO one_insert (body) VALUES ('\\x{body_of(1).hex()}');")
    os.environ["MARA_DATABASE_URL"] = server.url(APP, "bench")
    with psycopg.connect(server.url(ADMIN, "bench"), autocommit=True) as link:
        link.execute("SELECT set_config('mara.scope', 'system', false)")
        link.execute(ADD_OWNER, (OWNER_ID,))
    _store_config()
    receive = _function(_reception_with_store())
    rates: Mapping[str, list[float]] = {"pgbench": [], "function": []}
    number = 0
    for _ in range(ROUNDS):
        rates["pgbench"].append(rate(plain, "-n", "-f", str(script), clients=1, seconds=SECONDS))
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < SECONDS:
            number, done = number + 1, done + 1
            receive(_event(body_of(number)))
        rates["function"].append(done / (time.perf_counter() - began))
    median = {name: statistics.median(rounds) for name, rounds in rates.items()}
    print(f"pgbench, one INSERT, one client       {median['pgbench']:7.0f} a second")
    print(f"the function with its store           {median['function']:7.0f} a second")
    print(f"function / pgbench {median['function'] / median['pgbench']:.2f}")


def _store_config() -> None:
    from mara.kernel.envelope import EncryptedValue, WrappedKey
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.clock import now
    from mara.platform.database import transaction
    from mara.vault.model import ConnectionSecret
    from mara.wiring.connection_secrets import secret_store
    from mara.wiring.telegram import bot_views

    config, at = _config(), now()
    unused = EncryptedValue(1, WrappedKey("bench", b"unused"), b"n" * 12, b"c" * 17)
    with transaction(SYSTEM):
        secret_store().add(ConnectionSecret(config.token_id, OWNER_ID, unused, at, at))
        bot_views().configs.add(config)


def _reception_with_store() -> object:
    from mara.platform import outbox
    from mara.wiring.telegram import update_reception_service

    # The message is stored; sending it takes a queue, which is no part of this.
    vars(outbox)["send_after_commit"] = lambda _: None
    return update_reception_service()
