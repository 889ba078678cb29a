"""A database instance that is made of a snapshot, or of a moment, of a stage's database."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from botocore.exceptions import BotoCoreError, ClientError

WAITS: Final = {"Delay": 30, "MaxAttempts": 240}
"""Two hours: a large snapshot takes long to come to the instance."""
TAG: Final = {"Key": "mara:purpose", "Value": "restore-drill"}


class DrillFailed(RuntimeError):
    """The drill could not begin or go on; the text says why."""


@dataclass(frozen=True, slots=True)
class RestoredInstance:
    """``as_of`` is the moment of its data; ``took_s`` is how long it took to be there."""

    name: str
    host: str
    port: int
    as_of: datetime
    took_s: float

    def url_like(self, url: str) -> str:
        """Return the connection URL with this instance's address; role and password stay."""
        parts = urlsplit(url)
        who, _, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{who}@{self.host}:{self.port}"))


def source_of(cloudformation: Any, stage: str) -> str:
    """Return the id of the stage's instance, which infra/data.yaml made. Raises DrillFailed."""
    stack = f"mara-{stage}-data"
    try:
        found = cloudformation.describe_stack_resource(
            StackName=stack, LogicalResourceId="Database"
        )
    except cloudformation.exceptions.ClientError as error:
        raise DrillFailed(f"There is no database in the stack {stack}: {error}") from error
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def newest_snapshot(rds: Any, source: str) -> str:
    """Return the id of the newest snapshot that can be restored. Raises DrillFailed."""
    pages = rds.get_paginator("describe_db_snapshots").paginate(DBInstanceIdentifier=source)
    found = [one for page in pages for one in page["DBSnapshots"] if one["Status"] == "available"]
    if not found:
        raise DrillFailed(f"{source} has no snapshot that can be restored.")
    newest = max(found, key=lambda one: one["SnapshotCreateTime"])
    return str(newest["DBSnapshotIdentifier"])


def restore_snapshot(rds: Any, source: str, name: str, snapshot: str) -> RestoredInstance:
    """Make the instance ``name`` of a snapshot, in the network of ``source``."""
    began = time.monotonic()
    (known,) = rds.describe_db_snapshots(DBSnapshotIdentifier=snapshot)["DBSnapshots"]
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=name, DBSnapshotIdentifier=snapshot, **_like(rds, source)
    )
    return _wait(rds, name, known["SnapshotCreateTime"], began)


def restore_moment(rds: Any, source: str, name: str, at: datetime | None) -> RestoredInstance:
    """Make the instance ``name`` of the data at a moment; None is the latest that RDS has."""
    began = time.monotonic()
    (known,) = rds.describe_db_instances(DBInstanceIdentifier=source)["DBInstances"]
    moment = {"RestoreTime": at} if at else {"UseLatestRestorableTime": True}
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=source,
        TargetDBInstanceIdentifier=name,
        **moment,
        **_like(rds, source),
    )
    as_of = at or known.get("LatestRestorableTime") or datetime.now(UTC)
    return _wait(rds, name, as_of, began)


def remove(rds: Any, name: str) -> None:
    """Delete an instance of a drill, without a last snapshot. Raises DrillFailed for another."""
    (known,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    if TAG not in known["TagList"]:
        raise DrillFailed(f"{name} is no instance of a drill: it is not deleted.")
    rds.delete_db_instance(
        DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
    )


def leave(rds: Any, name: str) -> str:
    """Return what is to be said of an instance that stays; that it is not there is said too."""
    try:
        rds.describe_db_instances(DBInstanceIdentifier=name)
    except rds.exceptions.DBInstanceNotFoundFault:
        return f"{name} was not made."
    except (BotoCoreError, ClientError) as error:
        return f"{name} may be there: {error}\n{_by_hand(name)}"
    return f"{name} stays, and costs money. {_by_hand(name)}"


def clear_away(rds: Any, name: str) -> str:
    """Delete the instance, if it was made; return what is to be said of that."""
    try:
        remove(rds, name)
    except rds.exceptions.DBInstanceNotFoundFault:
        return f"{name} was not made."
    except (BotoCoreError, ClientError, DrillFailed) as error:
        # RDS refuses the deletion of an instance that it still makes.
        return f"{name} is not deleted, and costs money: {error}\n{_by_hand(name)}"
    return f"{name} is deleted."


def _by_hand(name: str) -> str:
    return (
        "Delete it with: aws rds delete-db-instance --skip-final-snapshot"
        f" --delete-automated-backups --db-instance-identifier {name}"
    )


def _like(rds: Any, source: str) -> dict[str, Any]:
    """Return what a restored instance would not have by itself: the network and its groups."""
    (known,) = rds.describe_db_instances(DBInstanceIdentifier=source)["DBInstances"]
    groups = [one["VpcSecurityGroupId"] for one in known["VpcSecurityGroups"]]
    return {
        "DBInstanceClass": known["DBInstanceClass"],
        "DBSubnetGroupName": known["DBSubnetGroup"]["DBSubnetGroupName"],
        "DBParameterGroupName": known["DBParameterGroups"][0]["DBParameterGroupName"],
        "VpcSecurityGroupIds": groups,
        "MultiAZ": False,
        "PubliclyAccessible": False,
        "DeletionProtection": False,
        "Tags": [TAG],
    }


def _wait(rds: Any, name: str, as_of: datetime, began: float) -> RestoredInstance:
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=name, WaiterConfig=WAITS)
    (made,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    where = made["Endpoint"]
    took_s = time.monotonic() - began
    return RestoredInstance(name, where["Address"], int(where["Port"]), as_of, took_s)
