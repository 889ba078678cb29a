"""Imports the existing buckets into a new stack.

The emulator keeps objects on disk and forgets stacks when it stops. CloudFormation refuses to
create a bucket that exists, so the buckets are imported: into a stack of nothing else, which is
then updated to the whole template, and with it the settings of the buckets.
"""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from infra.local.aws import client

if TYPE_CHECKING:
    from infra.local.package import Template

BUCKET = "AWS::S3::Bucket"
CHANGE_SET = "import"
TIMEOUT_S = 30.0
POLL_S = 0.1


class ImportFailed(RuntimeError):
    """The emulator did not import the buckets; the text holds its reason."""


def import_buckets(cloudformation: Any, stack: str, template: "Template", stage: str) -> bool:
    """Import the template's buckets that exist; False where there is none yet.

    Raises ImportFailed.
    """
    existing = {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]}
    found = {
        logical_id: name
        for logical_id, name in bucket_names(template, stage).items()
        if name in existing
    }
    if not found:
        return False
    name = {"StackName": stack, "ChangeSetName": CHANGE_SET}
    cloudformation.create_change_set(
        **name,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": {k: _resource(v) for k, v in found.items()}}),
        ResourcesToImport=[
            {
                "ResourceType": BUCKET,
                "LogicalResourceId": logical_id,
                "ResourceIdentifier": {"BucketName": bucket},
            }
            for logical_id, bucket in found.items()
        ],
    )
    _wait(lambda: _change_set_status(cloudformation, name), "CREATE_COMPLETE")
    cloudformation.execute_change_set(**name)
    _wait(lambda: _stack_status(cloudformation, stack), "IMPORT_COMPLETE")
    return True


def bucket_names(template: "Template", stage: str) -> dict[str, str]:
    """Return the names of the template's buckets by their logical ids."""
    return {
        logical_id: resource["Properties"]["BucketName"]["Fn::Sub"].replace("${Stage}", stage)
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == BUCKET
    }


def _resource(bucket: str) -> dict[str, Any]:
    return {"Type": BUCKET, "DeletionPolicy": "Retain", "Properties": {"BucketName": bucket}}


def _change_set_status(cloudformation: Any, name: dict[str, str]) -> tuple[str, str]:
    found = cloudformation.describe_change_set(**name)
    return found["Status"], found.get("StatusReason", "")


def _stack_status(cloudformation: Any, stack: str) -> tuple[str, str]:
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return found["StackStatus"], found.get("StackStatusReason", "")


def _wait(get_status: Callable[[], tuple[str, str]], wanted: str) -> None:
    give_up_at = time.monotonic() + TIMEOUT_S
    while (seen := get_status())[0] != wanted:
        if "FAILED" in seen[0] or "ROLLBACK" in seen[0] or time.monotonic() > give_up_at:
            raise ImportFailed(f"The buckets were not imported: {' '.join(seen)}")
        time.sleep(POLL_S)
