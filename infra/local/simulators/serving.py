"""Serves a simulator in a background thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

START_TIMEOUT_S = 10.0


@contextmanager
def served(app: Starlette, port: int) -> Iterator[str]:
    """Serve on loopback for the duration of the block; yields the URL."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up_at = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        if time.monotonic() > give_up_at:
            raise RuntimeError("The simulator did not start in time.")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(START_TIMEOUT_S)
