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

from infra.drill import instance
from infra.drill.checks import check_all
from infra.drill.instance import DrillFailed, RestoredInstance
from infra.local import secret_store

KEYS = {"seed key": "SeedKeyArn", "connection key": "ConnectionKeyArn"}
"""Outputs of template.yaml."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the drill; the exit status is 1 where a check failed."""
    options = _parse(arguments)
    make: Any = boto3.client
    try:
        restored = _restore(make("cloudformation"), make("rds"), options)
        print(f"{restored.name} has the data of {restored.as_of:%Y-%m-%dT%H:%M:%SZ}")
        print(f"restored in {restored.took_s:.0f} s; {_lost(restored)} s of data would be lost")
        owner_url = _enter(restored, options.stage)
        if options.bring_back:
            _bring_back(make("s3"), _bucket(options.stage))
        status = _verify(owner_url, options.stage, options.template_stack)
        if options.point and status == 0:
            _point(restored, options.stage, options.point)
        if not options.keep and not options.point:
            instance.remove(make("rds"), restored.name)
    except DrillFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return status


def _enter(restored: RestoredInstance, stage: str) -> str:
    """Let the product's services use the instance; return its URL for the owner of the tables."""
    secrets: Any = boto3.client("secretsmanager")
    os.environ.update(
        {
            "MARA_STAGE": stage,
            "MARA_DATABASE_URL": restored.url_like(secret_store.get(secrets, stage, "database")),
            "MARA_AUDIT_BUCKET": f"mara-{stage}-audit-anchors",
        }
    )
    return restored.url_like(secret_store.get(secrets, stage, "database-owner"))


def _verify(owner_url: str, stage: str, template_stack: str) -> int:
    """Run all checks and print them; 1 where one failed."""
    make: Any = boto3.client
    clients = (make("kms"), make("s3"))
    keys = _keys(make("cloudformation"), template_stack)
    findings = check_all(owner_url, _bucket(stage), clients, keys)
    for finding in findings:
        print(finding)
    return 0 if all(finding.is_good for finding in findings) else 1


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.drill", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--template-stack", default="mara", help="the stack of template.yaml")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--snapshot", help="default: the newest one")
    what.add_argument("--at", type=datetime.fromisoformat, help="a moment of the last 35 days")
    what.add_argument("--latest", action="store_true", help="the latest moment that RDS has")
    parser.add_argument("--keep", action="store_true", help="do not delete the instance")
    parser.add_argument(
        "--point", metavar="STAGE", help="write the new address into the secrets of this stage"
    )
    parser.add_argument(
        "--bring-back", action="store_true", help="undelete files; in a true restore alone"
    )
    return parser.parse_args(arguments)


def _restore(cloudformation: Any, rds: Any, options: argparse.Namespace) -> RestoredInstance:
    source = instance.source_of(cloudformation, options.stage)
    name = f"mara-{options.stage}-drill-{datetime.now(UTC):%Y%m%d%H%M%S}"
    if options.at or options.latest:
        return instance.restore_moment(rds, source, name, options.at)
    snapshot = options.snapshot or instance.newest_snapshot(rds, source)
    return instance.restore_snapshot(rds, source, name, snapshot)


def _lost(restored: RestoredInstance) -> int:
    return int((datetime.now(UTC) - restored.as_of).total_seconds() - restored.took_s)


def _keys(cloudformation: Any, stack: str) -> dict[str, str]:
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in found["Outputs"]}
    return {name: outputs[output] for name, output in KEYS.items()}


def _bucket(stage: str) -> str:
    return f"mara-{stage}-documents"


def _bring_back(s3: Any, bucket: str) -> None:
    from infra.drill.files import bring_back

    brought, missing = bring_back(s3, bucket)
    print(f"{brought} files are back, {len(missing)} are missing", *missing[:10], sep="\n  ")


def _point(restored: RestoredInstance, source: str, target: str) -> None:
    client: Any = boto3.client("secretsmanager")
    for name in ("database", "database-owner"):
        url = restored.url_like(secret_store.get(client, source, name))
        secret_store.put(client, target, name, url)
    print(f"mara-{target}/database names {restored.host}; deploy with another SecretsRevision")


if __name__ == "__main__":
    sys.exit(main())
