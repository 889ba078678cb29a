"""The background process of the local stage: it starts the servers, and again those that end."""

import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from infra.local import language_model, probe
from infra.local.chains import servers as chains
from infra.local.emulator import process as emulator
from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer
from infra.local.processes import adopt_orphans, spawn, wait_for_all
from infra.local.settings import (
    DATABASE,
    GATEWAY_FILE,
    SERVERS_FILE,
    Secrets,
    load_secrets,
    ports,
    state_dir,
)
from infra.local.supervision import Server, ShuttingDown, StartFailed, Supervision

RECOVERY_TIMEOUT_S = 180.0


def main() -> None:
    """Run until SIGTERM; return after all started processes have ended."""
    folder = state_dir()
    (folder / GATEWAY_FILE).unlink(missing_ok=True)
    supervise(_servers(folder, load_secrets()))


def supervise(servers: Iterable[Server]) -> None:
    """Run the servers and the local chains until SIGTERM; return after all processes have ended."""
    adopt_orphans()  # such as the emulator's workers, which end after the emulator
    folder = state_dir()
    supervision = Supervision(folder / SERVERS_FILE)
    try:
        supervision.run(servers)
        # The application must tolerate a node that fails: these stay off until `make up`.
        for process in chains.start(folder, ports()):
            supervision.adopt("chain", process)
        supervision.watch()
    except StartFailed as error:
        print(error, flush=True)  # into the log of this process, whose end `up` shows
    except ShuttingDown:
        pass
    finally:
        supervision.stop()
        wait_for_all()


def _servers(folder: Path, secrets: Secrets) -> Iterator[Server]:
    where = ports()

    def start_emulator() -> "subprocess.Popen[bytes]":
        return emulator.start(folder, where.emulator, secrets.emulator_secret)

    yield database_server(folder, secrets)
    yield Server("emulator", start_emulator, recover=lambda: _deploy_again(folder))
    if language_model.is_served_here():
        yield model_server(where.model)
    yield telegram_server(where.telegram)
    yield Server("front door", lambda: start_module("front_door.server"))


def database_server(folder: Path, secrets: Secrets) -> Server:
    """Return PostgreSQL with its roles and database; its data is in ``folder``."""
    database = _database(folder, secrets)

    def start() -> "subprocess.Popen[bytes]":
        database.start()
        database.ensure_database(DATABASE)
        assert database.process is not None  # noqa: S101 - started just now
        return database.process

    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
    return Server("database", start, stop_signal=signal.SIGINT, answers=database.answers)


def model_server(port: int) -> Server:
    """Return the embedded language model."""
    return Server(
        "language model",
        lambda: start_module("model_server", "--port", port),
        is_ready=lambda: probe.listens(port),
    )


def telegram_server(port: int) -> Server:
    """Return the simulated Telegram; its chats are in a file of the stack's folder."""
    state = state_dir() / "telegram.state"

    def start() -> "subprocess.Popen[bytes]":
        module = "infra.local.simulators.telegram.server"
        command = [sys.executable, "-m", module, "--port", str(port), "--state", str(state)]
        return spawn(command, log=state_dir() / "telegram.log")

    return Server("telegram", start, is_ready=lambda: probe.listens(port))


def _database(folder: Path, secrets: Secrets) -> PostgresServer:
    passwords = {
        ADMIN: secrets.postgres_password,
        OWNER: secrets.owner_password,
        APP: secrets.app_password,
    }
    return PostgresServer(folder / "postgres", ports().postgres, passwords)


def start_module(name: str, *arguments: str | int) -> "subprocess.Popen[bytes]":
    """Start a module of infra.local, with a log of its own."""
    command = [sys.executable, "-m", f"infra.local.{name}", *map(str, arguments)]
    return spawn(command, log=state_dir() / f"{name.partition('_')[0]}.log")


def _deploy_again(folder: Path) -> None:
    """Rebuild what the emulator had in memory. Raises RuntimeError."""
    gateway = folder / GATEWAY_FILE
    if not gateway.exists():
        return  # `make up` or a recovery was deploying, and does it again
    gateway.unlink()  # the front door answers 503 meanwhile
    run = subprocess.run(
        [sys.executable, "-m", "infra.local.recover"],
        stdin=subprocess.DEVNULL,
        timeout=RECOVERY_TIMEOUT_S,
        check=False,
    )
    if run.returncode != 0:
        raise RuntimeError("the deployed stack could not be rebuilt; `make redeploy` tries again")


if __name__ == "__main__":
    main()
