"""Notes a restore in the audit of the restored database, and beside the anchors of its chain."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from infra.local import aws
from infra.local.emulator import process as emulator
from infra.local.postgres import APP, PostgresServer, free_port
from infra.local.settings import DATABASE, REGION, ROOT, STAGE

BUCKET = f"mara-{STAGE}-audit-anchors"
COMMAND = ("audit", "note-restore", "--another", "--of")
"""A database that was just restored has no note that is to be finished."""


class NotNoted(RuntimeError):
    """The restore could not be noted; the text is the end of the command's output."""


def note_restore(stack: Path, server: PostgresServer, secret: str, source: str) -> str:
    """Run `mara audit note-restore` on the stack in a folder, whose database runs; what it said.

    The emulator of AWS runs meanwhile, with the stack's objects. Raises NotNoted, EmulatorFailed.
    """
    with _storage(stack, secret) as environment:
        run = subprocess.run(
            [*(sys.executable, "-m", "infra.local.cli"), *COMMAND, source],
            cwd=ROOT,
            env={
                **os.environ,
                **environment,
                "MARA_HOME": str(stack),
                "MARA_DATABASE_URL": server.url(APP, DATABASE),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode != 0:
        raise NotNoted(f"The restore could not be noted in the audit.\n{run.stderr[-1000:]}")
    return run.stdout.strip()


@contextmanager
def _storage(stack: Path, secret: str) -> Iterator[dict[str, str]]:
    port = free_port()
    process = emulator.start(stack, port, secret)
    try:
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": aws.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": secret,
            "MARA_AUDIT_BUCKET": BUCKET,
        }
        _ensure_bucket(environment)
        yield environment
    finally:
        process.terminate()
        process.wait()
        (stack / "emulator.log").unlink(missing_ok=True)


def _ensure_bucket(environment: dict[str, str]) -> None:
    """Make the bucket of anchors where the stack was too young to have one."""
    make: Any = boto3.client
    storage = make(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id=aws.ACCESS_KEY,
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    if BUCKET not in {bucket["Name"] for bucket in storage.list_buckets()["Buckets"]}:
        where = {"LocationConstraint": REGION}
        storage.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
