"""Updates brought to a receiver that is called in process, and to one over HTTP."""

import asyncio
import json
import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import DeleteWebhook, GetUpdates, GetWebhookInfo, SetWebhook
from aiogram.types import Update, WebhookInfo
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.simulators.serving import served
from infra.local.simulators.telegram import founding, people
from infra.local.simulators.telegram.clock import Clock
from infra.local.simulators.telegram.courier import Courier
from infra.local.simulators.telegram.server import SimulatedTelegram
from infra.local.simulators.telegram.webhooks import SECRET_HEADER, Settings, Webhook
from infra.local.simulators.telegram.world import World
from tests.support.loops import run_async
from tests.support.ports import free_port
from tests.support.telegram import NOON, Scene, say, scene

URL = "http://localhost/hook"
WAIT_S = 10.0


class Hook:
    """A receiver of updates: ``answers`` are its next ones, then 200."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.secrets: list[str | None] = []
        self.answers: list[Response] = []
        self.came: queue.Queue[Update] = queue.Queue()
        self.open, self.open_max = 0, 0

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/hook", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        self.open += 1
        self.open_max = max(self.open, self.open_max)
        update = Update.model_validate_json(await request.body())
        await asyncio.sleep(0)
        self.open -= 1
        self.updates.append(update)
        self.secrets.append(request.headers.get(SECRET_HEADER))
        self.came.put(update)
        return self.answers.pop(0) if self.answers else Response()

    def texts(self) -> list[str | None]:
        return [update.message.text for update in self.updates if update.message]


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def still() -> Scene:
    """A scene without a server, whose bot has a webhook and reads all in private chats."""
    here = scene(SimulatedTelegram(World(Clock(NOON))))
    here.bot.webhook = Webhook(Settings(URL, "s3cret"), here.telegram.world.dice)
    return here


def deliver(here: Scene, hook: Hook) -> None:
    """Bring what is due now."""

    async def run() -> None:
        transport = httpx.ASGITransport(hook.app())
        async with httpx.AsyncClient(transport=transport) as client:
            await Courier(here.telegram.world, client).drain()

    run_async(run())


class TestDelivery:
    def test_brings_updates_in_the_order_of_their_chat(self, still: Scene, hook: Hook) -> None:
        for number in range(5):
            say(still, f"@runbook_bot {number}")
        deliver(still, hook)
        assert hook.texts() == [f"@runbook_bot {number}" for number in range(5)]
        assert set(hook.secrets) == {"s3cret"}
        assert hook.open_max == 1
        assert still.bot.queue.waiting == []

    def test_brings_updates_of_many_chats_side_by_side(self, still: Scene, hook: Hook) -> None:
        world = still.telegram.world
        for number in range(60):
            person = founding.add_user(world, f"P{number}")
            people.say(world, people.private_chat(world, still.bot, person), person, "hi")
        deliver(still, hook)
        assert len(hook.updates) == 60
        assert 1 < hook.open_max <= 40

    def test_tries_again_by_the_clock(self, still: Scene, hook: Hook) -> None:
        say(still, "@runbook_bot disk")
        hook.answers = [Response(status_code=503) for _ in range(3)]
        deliver(still, hook)
        assert len(hook.updates) == 2
        still.telegram.world.advance(2)
        deliver(still, hook)
        assert len(hook.updates) == 3
        still.telegram.world.advance(3.9)
        deliver(still, hook)
        assert len(hook.updates) == 3
        still.telegram.world.advance(0.1)
        deliver(still, hook)
        assert len({update.update_id for update in hook.updates}) == 1
        assert still.bot.queue.waiting == []

    def test_obeys_retry_after(self, still: Scene, hook: Hook) -> None:
        say(still, "@runbook_bot disk")
        hook.answers = [Response(status_code=503, headers={"retry-after": "1800"})]
        deliver(still, hook)
        still.telegram.world.advance(1799)
        deliver(still, hook)
        assert len(hook.updates) == 1
        still.telegram.world.advance(1)
        deliver(still, hook)
        assert len(hook.updates) == 2

    def test_drops_a_webhook_that_is_gone(self, still: Scene, hook: Hook) -> None:
        say(still, "@runbook_bot disk")
        hook.answers = [Response(status_code=410) for _ in range(3)]
        deliver(still, hook)
        still.telegram.world.advance(23 * 3600 + 1)
        deliver(still, hook)
        assert still.bot.webhook is None

    def test_calls_no_other_machine(self, still: Scene, hook: Hook) -> None:
        settings = Settings("https://a.example/hook")
        still.bot.webhook = Webhook(settings, still.telegram.world.dice)
        say(still, "@runbook_bot disk")
        deliver(still, hook)
        assert hook.updates == []
        assert still.bot.webhook.last_error == "Webhook connection closed"

    def test_leaves_a_press_after_150_seconds(self, still: Scene, hook: Hook) -> None:
        world = still.telegram.world
        button = [[{"text": "Helped", "callback_data": "+"}]]
        number = say(still, "@runbook_bot disk")
        message = still.group.messages[number]
        message.bot_id, message.buttons = still.bot.id, button
        still.bot.queue.clear()
        hook.answers = [Response(status_code=503) for _ in range(20)]
        people.press(world, still.group, still.ann, number, "+")
        for _ in range(20):
            deliver(still, hook)
            world.advance(16)
        assert still.bot.queue.waiting == []
        assert 5 < len(hook.updates) < 12


def info_with_error(here: Scene) -> WebhookInfo:
    """What getWebhookInfo shows once an attempt has failed."""
    ends_at = time.monotonic() + WAIT_S
    while time.monotonic() < ends_at:
        info = here.ask(GetWebhookInfo())
        if info.last_error_date is not None:
            return info
    raise TimeoutError("No attempt has failed.")


@contextmanager
def live_hook(hook: Hook) -> Iterator[str]:
    with served(hook.app(), free_port()) as url:
        yield f"{url}/hook"


class TestSetWebhook:
    def test_brings_updates_over_http(self, here: Scene, hook: Hook) -> None:
        with live_hook(hook) as url:
            assert here.ask(SetWebhook(url=url, secret_token="s3cret"))
            say(here, "@runbook_bot disk")
            update = hook.came.get(timeout=WAIT_S)
            here.ask(DeleteWebhook())
        assert update.message is not None
        assert update.message.text == "@runbook_bot disk"
        assert hook.secrets == ["s3cret"]

    def test_tries_again_when_the_clock_is_moved(self, here: Scene, hook: Hook) -> None:
        hook.answers = [Response(status_code=503) for _ in range(2)]
        with live_hook(hook) as url:
            here.ask(SetWebhook(url=url))
            say(here, "@runbook_bot disk")
            first, second = hook.came.get(timeout=WAIT_S), hook.came.get(timeout=WAIT_S)
            info_with_error(here)
            here.telegram.world.advance(2)
            third = hook.came.get(timeout=WAIT_S)
            here.ask(DeleteWebhook())
        assert first.update_id == second.update_id == third.update_id

    def test_shows_itself_with_its_last_error(self, here: Scene) -> None:
        kinds = ["message", "callback_query"]
        here.ask(SetWebhook(url="http://127.0.0.1:9/x", max_connections=7, allowed_updates=kinds))
        say(here, "@runbook_bot disk")
        info = info_with_error(here)
        assert (info.max_connections, info.pending_update_count) == (7, 1)
        assert sorted(info.allowed_updates or []) == sorted(kinds)
        assert info.last_error_message == "Webhook connection closed"
        here.ask(DeleteWebhook(drop_pending_updates=True))
        info = here.ask(GetWebhookInfo())
        assert (info.url, info.pending_update_count) == ("", 0)

    def test_drops_what_waits_if_told_to(self, here: Scene, hook: Hook) -> None:
        say(here, "@runbook_bot old")
        with live_hook(hook) as url:
            here.ask(SetWebhook(url=url, drop_pending_updates=True))
            say(here, "@runbook_bot new")
            hook.came.get(timeout=WAIT_S)
            here.ask(DeleteWebhook())
        assert hook.texts() == ["@runbook_bot new"]

    def test_gives_what_waited_to_another_address_at_once(self, still: Scene, hook: Hook) -> None:
        say(still, "@runbook_bot disk")
        hook.answers = [Response(status_code=503) for _ in range(2)]
        deliver(still, hook)
        api = still.telegram.api
        body = {"url": "http://localhost/hook?again"}
        path = f"/bot{still.bot.token}/setWebhook"

        async def ask() -> Any:
            transport = httpx.ASGITransport(Starlette(routes=api.routes()))
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                return (await client.post(path, json=body)).json()

        assert run_async(ask()) == {"ok": True, "result": True}
        deliver(still, hook)
        assert len(hook.updates) == 3
        assert still.bot.queue.waiting == []

    def test_goes_with_a_revoked_token(self, here: Scene) -> None:
        here.ask(SetWebhook(url="http://127.0.0.1:9/x"))
        token = founding.revoke_token(here.telegram.world, here.bot)
        assert here.ask_with(GetWebhookInfo(), token).url == ""
        assert here.ask_with(GetUpdates(), token) == []

    @pytest.mark.parametrize(
        ("url", "secret"),
        [
            ("http://a.example/x", None),
            ("http://localhost.example/x", None),
            ("ftp://a.example", None),
            ("http://[", None),
            (URL, "two words"),
        ],
    )
    def test_refuses_bad_addresses_and_secrets(
        self, here: Scene, url: str, secret: str | None
    ) -> None:
        with pytest.raises(TelegramBadRequest):
            here.ask(SetWebhook(url=url, secret_token=secret))
        assert json.loads(here.ask(GetWebhookInfo()).model_dump_json())["url"] == ""
