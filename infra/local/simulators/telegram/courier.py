"""Brings updates to webhooks over HTTP, when the rules in ``webhooks`` say so."""

import asyncio
from typing import Final

import httpx

from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.changes import Changes
from infra.local.simulators.telegram.updates import PendingUpdate
from infra.local.simulators.telegram.webhooks import SECRET_HEADER, Outcome, Webhook, is_local
from infra.local.simulators.telegram.world import World

ANSWER_TIMEOUT_S: Final = 60.0
"""How long an answer may take (``HttpOutboundConnection`` in WebhookActor.cpp)."""


class Courier:
    """Delivers the updates of all bots; each delivery is a task of its own."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        """``client`` sends the requests."""
        self._world = world
        self._client = client
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver for ever: whenever something happens, or the time of an attempt has come."""
        with Changes(self._world) as changes:
            while True:
                changes.clear()
                self._start()
                await changes.wait(self._wait_s())

    async def drain(self) -> None:
        """Deliver what is due at this time, with what becomes due by it."""
        self._start()
        while self._under_way:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            self._start()

    async def stop(self) -> None:
        """Give up the deliveries that are under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _start(self) -> None:
        with self._world.lock:
            for bot in self._world.bots.values():
                webhook = bot.webhook
                if webhook is None:
                    continue
                for update in webhook.take(bot.queue, self._world.now()):
                    task = asyncio.create_task(self._deliver(bot, webhook, update))
                    self._under_way.add(task)
                    task.add_done_callback(self._under_way.discard)

    async def _deliver(self, bot: Bot, webhook: Webhook, update: PendingUpdate) -> None:
        outcome = await self._post(webhook, update)
        with self._world.lock:
            if bot.webhook is webhook:
                now = self._world.now()
                if not webhook.settle(bot.queue, update, outcome, now):
                    bot.webhook = None
        self._world.changed()

    async def _post(self, webhook: Webhook, update: PendingUpdate) -> Outcome:
        """An address beyond this machine is never called: it fails as one that is down."""
        settings = webhook.settings
        if not is_local(settings.url):
            return Outcome(None)
        headers = {SECRET_HEADER: settings.secret} if settings.secret else {}
        try:
            answer = await self._client.post(settings.url, json=update.body, headers=headers)
        except httpx.HTTPError:
            return Outcome(None)
        wait = answer.headers.get("retry-after", "")
        return Outcome(answer.status_code, int(wait) if wait.isdecimal() else 0)

    def _wait_s(self) -> float | None:
        """Seconds until the next attempt; None until something happens."""
        now = self._world.now()
        with self._world.lock:
            times = [
                bot.webhook.next_at(bot.queue, now)
                for bot in self._world.bots.values()
                if bot.webhook is not None
            ]
        due = [time - now for time in times if time is not None]
        return max(min(due), 0.0) if due and self._world.clock.runs else None


def http_client() -> httpx.AsyncClient:
    """A client for the courier: no proxy, no redirects, patient."""
    return httpx.AsyncClient(trust_env=False, timeout=ANSWER_TIMEOUT_S)
