"""Rows of the watch on chains, as scans leave them behind, and metrics as alarms read them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wallets.adapters.scan_cursors import PostgresScanCursors
from mara.wallets.model import (
    BlockRef,
    FailureKind,
    Network,
    ProviderFailure,
    ScanCursor,
    UnfinalizedRange,
)


def leave_scan(network: Network, *, age: timedelta, latest: int = 120, head: int = 120) -> None:
    """Closed up to block 100, and read up to ``head``, so long ago."""
    parts = [UnfinalizedRange(101, head, "0x2", "first")]
    scan = ScanCursor(network, BlockRef(100, "0x1"), parts, blocks_per_scan=50)
    with transaction(SYSTEM):
        PostgresScanCursors().add(scan)
        PostgresScanCursors().save(scan, latest=latest, now=datetime.now(UTC) - age)


def leave_failure(network: Network, said: str, *, age: timedelta) -> None:
    at = datetime.now(UTC) - age
    failure = ProviderFailure(f"{network}-1", FailureKind.UNAVAILABLE, at)
    with transaction(SYSTEM):
        PostgresScanCursors().record_failure(network, failure, said)


def set_open_ranges(network: Network, *ranges: tuple[int, int]) -> None:
    """Past the rules of the model."""
    parts = [{"first": f, "last": n, "last_hash": "0x2", "reader": "first"} for f, n in ranges]
    with transaction(SYSTEM):
        connection().execute(
            "UPDATE chain_scans SET open = %s WHERE network = %s", (json.dumps(parts), network)
        )


def metrics(written: str) -> dict[tuple[str, str], int]:
    """By name and network, of what was written in CloudWatch's format, as CloudWatch takes it."""
    found: dict[tuple[str, str], int] = {}
    for text in written.splitlines():
        if "_aws" not in text:
            continue
        line: dict[str, Any] = json.loads(text)
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        if directive["Dimensions"] == [["Stage", "Network"]]:
            (metric,) = directive["Metrics"]
            (found[metric["Name"], line["Network"]],) = line[metric["Name"]]
    return found
