"""``python -m infra.drill --stage prod``: restore beside the stage, verify, delete.

Runs inside the VPC: the restored database has no address outside it.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import boto3
import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from infra.drill import instance
from infra.drill.checks import check_all
from infra.drill.files import Files
from infra.drill.instance import DrillFailed, RestoredInstance
from infra.drill.options import parse
from infra.drill.stage import Stage, stage_named
from infra.local import secret_store
from mara.kernel.unit_of_work import DatabaseUnavailable

EXPECTED = (
    DrillFailed,
    BotoCoreError,
    ClientError,
    DatabaseUnavailable,
    psycopg.Error,
    secret_store.SecretMissing,
)
"""What ends a drill with a line and without a traceback."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the drill; the exit status is 1 where it could not go on, or a check failed.

    Whatever ends it, the instance is deleted, or its name and the command that deletes it printed.
    """
    options = parse(__doc__, arguments)
    make: Any = boto3.client
    rds = make("rds")
    name = f"mara-{options.stage}-drill-{datetime.now(UTC):%Y%m%d%H%M%S}"
    try:
        stage = stage_named(options.stage, options.template_stack)
        return _drill(_restore(rds, name, stage, options), stage, options)
    except EXPECTED as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        stays = options.keep or options.point
        print(instance.leave(rds, name) if stays else instance.clear_away(rds, name))


def _restore(rds: Any, name: str, stage: Stage, options: argparse.Namespace) -> RestoredInstance:
    print(f"making {name}", flush=True)
    if options.at or options.latest:
        return instance.restore_moment(rds, stage.source, name, options.at)
    snapshot = options.snapshot or instance.newest_snapshot(rds, stage.source)
    return instance.restore_snapshot(rds, stage.source, name, snapshot)


def _drill(restored: RestoredInstance, stage: Stage, options: argparse.Namespace) -> int:
    """Verify the instance, and use it where that is asked for; 1 where a check failed."""
    lost_s = (datetime.now(UTC) - restored.as_of).total_seconds() - restored.took_s
    print(f"{restored.name} has the data of {restored.as_of:%Y-%m-%dT%H:%M:%SZ}")
    print(f"restored in {restored.took_s:.0f} s; {lost_s:.0f} s of data would be lost")
    make: Any = boto3.client
    files = Files(make("s3"), stage.bucket, restored.as_of)
    if not _is_good(restored, stage, files):
        return 1
    if options.point:
        _point(restored, stage, options.point)
    # Last, because it cannot be undone as a secret can.
    if options.bring_back:
        _bring_back(files)
    return 0


def _is_good(restored: RestoredInstance, stage: Stage, files: Files) -> bool:
    """Run all checks, which use the instance as the product's services do, and print them."""
    os.environ.update(
        {
            "MARA_STAGE": stage.name,
            "MARA_DATABASE_URL": restored.url_like(stage.urls["database"]),
            "MARA_AUDIT_BUCKET": f"mara-{stage.name}-audit-anchors",
        }
    )
    make: Any = boto3.client
    owner_url = restored.url_like(stage.urls["database-owner"])
    findings = check_all(owner_url, files, make("kms"), stage.keys)
    print(*findings, sep="\n")
    return all(finding.is_good for finding in findings)


def _point(restored: RestoredInstance, stage: Stage, target: str) -> None:
    client: Any = boto3.client("secretsmanager")
    for name, url in stage.urls.items():
        secret_store.put(client, target, name, restored.url_like(url))
    print(f"mara-{target}/database names {restored.host}; deploy with another SecretsRevision")


def _bring_back(files: Files) -> None:
    """Print each key at once: where it ends halfway, the printed ones are undeleted."""
    counts = {"back": 0, "missing": 0}
    for key, is_back in files.bring_back():
        outcome = "back" if is_back else "missing"
        counts[outcome] += 1
        print(f"  {outcome}: {key}", flush=True)
    print(f"{counts['back']} files are back, {counts['missing']} are missing")


if __name__ == "__main__":
    sys.exit(main())
