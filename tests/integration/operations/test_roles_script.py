"""The script of the roles on a server as RDS is: its `postgres` is no superuser."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer, free_port
from infra.local.settings import ROOT

SCRIPT = ROOT / "infra" / "local" / "compose-roles.sh"
PASSWORDS = {"MARA_OWNER_PASSWORD": "own'er \\4711", "MARA_APP_PASSWORD": "app-4711"}
RECORDING = """#!/bin/sh
echo "$@" >>"$ARGUMENTS"
exec "$PSQL" "$@"
"""
"""Stands before psql, and writes down what a list of processes shows."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    folder = tmp_path_factory.mktemp("rds")
    with PostgresServer(folder / "data", free_port(), durable=False) as postgres:
        password = postgres.passwords[ADMIN]
        url = postgres.url(ADMIN, "postgres")
        with psycopg.connect(url, autocommit=True) as link:
            link.execute("CREATE DATABASE mara")
            link.execute("CREATE ROLE rdsadmin SUPERUSER LOGIN PASSWORD 'rds'")
        with psycopg.connect(url, user="rdsadmin", password="rds", autocommit=True) as link:
            link.execute(f"ALTER ROLE {ADMIN} RENAME TO first")
            link.execute(f"CREATE ROLE {ADMIN} LOGIN CREATEROLE CREATEDB")
            link.execute(f"ALTER ROLE {ADMIN} PASSWORD '{password}'")
            link.execute(f"ALTER DATABASE mara OWNER TO {ADMIN}")
        # RDS lets its postgres make this extension.
        with psycopg.connect(url, dbname="mara", user="rdsadmin", password="rds") as link:
            link.execute("CREATE EXTENSION vector")
        yield postgres


def run(server: PostgresServer, folder: Path, **changes: str) -> str:
    """Run the script; return the arguments of psql."""
    found = shutil.which("psql")
    if found is None:
        pytest.skip("psql is missing, which the script uses.")
    stand_in, arguments = folder / "psql", folder / "arguments"
    stand_in.write_text(RECORDING)
    stand_in.chmod(0o755)
    environment = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PSQL": found,
        "ARGUMENTS": str(arguments),
        "LANG": "C.UTF-8",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "HOME": str(folder),
        "PGPASSWORD": server.passwords[ADMIN],
        "MARA_APP_CONNECTIONS": "800",
        **(PASSWORDS | changes),
    }
    done = subprocess.run(["bash", SCRIPT], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return arguments.read_text()


def role_of(server: PostgresServer, user: str, password: str) -> object:
    about = (
        "SELECT rolname, rolsuper, rolbypassrls, rolconnlimit"
        " FROM pg_roles WHERE rolname = current_user"
    )
    with psycopg.connect(
        host="127.0.0.1", port=server.port, dbname="mara", user=user, password=password
    ) as link:
        return link.execute(about).fetchone()


def test_passes_no_password_as_an_argument(server: PostgresServer, tmp_path: Path) -> None:
    seen = run(server, tmp_path)
    assert "--dbname=mara" in seen
    assert "4711" not in seen


def test_makes_roles_that_row_level_security_binds(server: PostgresServer, tmp_path: Path) -> None:
    run(server, tmp_path)
    owner, app = PASSWORDS["MARA_OWNER_PASSWORD"], PASSWORDS["MARA_APP_PASSWORD"]
    assert role_of(server, OWNER, owner) == (OWNER, False, False, -1)
    assert role_of(server, APP, app) == (APP, False, False, 800)


def test_again_gives_the_roles_their_new_passwords(server: PostgresServer, tmp_path: Path) -> None:
    for password in ("first-4711", "second-4711"):
        run(server, tmp_path, MARA_APP_PASSWORD=password, MARA_APP_CONNECTIONS="20")
        assert role_of(server, APP, password) == (APP, False, False, 20)
    with pytest.raises(psycopg.OperationalError):
        role_of(server, APP, "first-4711")
