"""A bot's webhook as it is usually hosted: aiogram on aiohttp, in a process of its own."""

import http.client
import logging
import time
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection

from infra.local.postgres import free_port


class AiogramServer:
    """A dispatcher without handlers behind aiogram's request handler; ended by ``stop``."""

    def __init__(self, path: str, token: str, secret: str) -> None:
        context = get_context("spawn")
        self._link, child = context.Pipe()
        arguments = (child, path, token, secret)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        self._port: int = self._link.recv()
        self._path = path

    def receive_all(self, bodies: Sequence[bytes], headers: dict[str, str]) -> float:
        """Send the updates over one connection; return the CPU that they took, in seconds.

        Raises RuntimeError where one is not taken.
        """
        link = http.client.HTTPConnection("127.0.0.1", self._port)
        began = self._cpu_s()
        for body in bodies:
            link.request("POST", self._path, body, headers)
            answer = link.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"aiogram answered {answer.status}")
        took = self._cpu_s() - began
        link.close()
        return took

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()

    def _cpu_s(self) -> float:
        self._link.send(None)
        seconds: float = self._link.recv()
        return seconds


def _serve(parent: Connection, path: str, token: str, secret: str) -> None:
    """Tell the port, then the CPU time whenever it is asked for."""
    import asyncio

    from aiogram import Bot, Dispatcher
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler
    from aiohttp import web

    async def serve() -> None:
        app = web.Application()
        handler = SimpleRequestHandler(
            Dispatcher(), Bot(token), handle_in_background=False, secret_token=secret
        )
        handler.register(app, path=path)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port := free_port())
        await site.start()
        parent.send(port)
        while True:
            await asyncio.to_thread(parent.recv)
            parent.send(time.process_time())

    logging.disable(logging.CRITICAL)
    asyncio.run(serve())
