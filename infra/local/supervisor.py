"""The background process of the local stage: it starts the servers and stops with them."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from infra.local import emulator, language_model
from infra.local.chains import servers as chains
from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer
from infra.local.processes import adopt_orphans, spawn, wait_for_all
from infra.local.proxy import make_app
from infra.local.settings import DATABASE, load_secrets, ports, state_dir

if TYPE_CHECKING:
    import subprocess


def main() -> None:
    """Run until SIGTERM; return after all started processes have ended."""
    adopt_orphans()  # the emulator's workers end after the emulator
    try:
        _serve()
    finally:
        wait_for_all()


def _serve() -> None:
    folder, where = state_dir(), ports()
    (folder / "gateway.json").unlink(missing_ok=True)
    secrets = load_secrets()
    passwords = {
        ADMIN: secrets.postgres_password,
        OWNER: secrets.owner_password,
        APP: secrets.app_password,
    }
    with PostgresServer(folder / "postgres", where.postgres, passwords) as database:
        database.ensure_database(DATABASE)
        cloud = emulator.start(folder, where.emulator)
        model = start_model_server(where.model)
        needed = [cloud, *([model] if model else [])]
        started = [*needed, *chains.start(folder, where)]
        config = uvicorn.Config(
            make_app(folder / "gateway.json"),
            host="127.0.0.1",
            port=where.front,
            log_level="warning",
            access_log=False,
        )
        server = uvicorn.Server(config)
        # Not the chains: the application must tolerate a node that fails.
        for process in (database.process, *needed):
            threading.Thread(target=_stop_with, args=(process,), daemon=True).start()
        try:
            server.run()
        finally:
            # A server that ends sends SIGTERM here again, which must not interrupt the wait.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            for process in started:
                process.send_signal(signal.SIGTERM)
            for process in started:
                process.wait()


def start_model_server(port: int) -> "subprocess.Popen[bytes] | None":
    """Start the embedded model server; None where the user runs Ollama or embeds no model."""
    if language_model.own_ollama() is not None or not language_model.is_embedded():
        return None
    command = [sys.executable, "-m", "infra.local.model_server", "--port", str(port)]
    return spawn(command, log=state_dir() / "model.log")


def _stop_with(process: "subprocess.Popen[bytes]") -> None:
    """Stop this process when a server ends, so that `mara status` reports the failure."""
    process.wait()
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    main()
