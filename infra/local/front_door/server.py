"""The process of the front door: ``python -m infra.local.front_door.server``."""

import uvicorn

from infra.local.front_door.app import make_app
from infra.local.front_door.protocol import FrontDoorProtocol
from infra.local.settings import GATEWAY_FILE, load_secrets, ports, state_dir

SHUTDOWN_S = 3
"""Requests in progress are given up after it."""


def main() -> None:
    """Serve until SIGTERM."""
    app = make_app(state_dir() / GATEWAY_FILE, load_secrets().emulator_secret, ports().telegram)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=ports().front,
        http=FrontDoorProtocol,
        ws="none",
        proxy_headers=False,  # every client is on loopback: uvicorn would trust its X-Forwarded-For
        server_header=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


if __name__ == "__main__":
    main()
