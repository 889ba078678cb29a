"""The HTTP/1.1 connections of the front door: uvicorn's, with a time limit for the headers."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from infra.local.front_door.problems import raw_answer

HEADERS_TIMEOUT_S = 10.0
"""From the first byte of a request, or the opening of the connection, to the end of its headers."""


class FrontDoorProtocol(H11Protocol):
    """Closes connections that do not complete their headers in time.

    Its answer to what is not valid HTTP is a problem document.
    """

    headers_timeout_s = HEADERS_TIMEOUT_S

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Takes what uvicorn passes."""
        super().__init__(*arguments, **options)
        self._headers_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer: a connection that sends nothing is ended as well."""
        super().connection_made(transport)
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        """Start the timer at the first byte of a request; stop it when the headers are complete."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self._expect_headers()
        else:
            self._stop_timer()

    def on_response_complete(self) -> None:
        """Between two requests, the time limit of keep-alive connections applies.

        The beginning of the next request may be there already.
        """
        self._stop_timer()
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer a request that is not valid HTTP; ``msg`` is uvicorn's text, which is not sent."""
        del msg
        self.transport.write(raw_answer("malformed_request"))
        self.transport.close()

    def _expect_headers(self) -> None:
        if self._headers_timer is None:
            self._headers_timer = self.loop.call_later(self.headers_timeout_s, self._give_up)

    def _give_up(self) -> None:
        self._headers_timer = None
        self.transport.close()

    def _stop_timer(self) -> None:
        if self._headers_timer is not None:
            self._headers_timer.cancel()
            self._headers_timer = None
