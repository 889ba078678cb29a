"""Runs PostgreSQL's own benchmark program on a temporary server."""

import os
import re
import subprocess

from infra.local.postgres import BINARIES


def pgbench(url: str, *options: str) -> str:
    """Return what it prints, as the scope of the system. Raises CalledProcessError."""
    run = subprocess.run(  # noqa: S603 - our own pgbench, on a temporary server
        [BINARIES / "pgbench", *options, url],
        env={**os.environ, "PGOPTIONS": "-c mara.scope=system"},
        check=True,
        capture_output=True,
        text=True,
    )
    return run.stdout


def rate(url: str, *options: str, clients: int, seconds: int) -> float:
    """Return the transactions per second of that many clients. Raises RuntimeError without one."""
    load = ("-c", str(clients), "-j", "2", "-M", "prepared", "-T", str(seconds))
    match = re.search(r"tps = ([\d.]+)", pgbench(url, *load, *options))
    if match is None:
        raise RuntimeError("pgbench printed no rate")
    return float(match[1])
