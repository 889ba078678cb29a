"""Imports the existing bucket of documents into a new stack.

The emulator keeps objects on disk and forgets stacks when it stops. CloudFormation refuses to
create a bucket that exists, so the bucket is imported: into a stack of nothing else, which is then
updated to the whole template, and with it the bucket's settings.
"""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.local.aws import client

if TYPE_CHECKING:
    from infra.local.package import Template

BUCKET = "AWS::S3::Bucket"
CHANGE_SET = "import"
TIMEOUT_S = 30.0
POLL_S = 0.1


class ImportFailed(RuntimeError):
    """The emulator did not import the bucket; the text holds its reason."""


def import_bucket(cloudformation: Any, stack: str, template: "Template", bucket: str) -> bool:
    """Import the template's one bucket, called ``bucket``; False where it is not there yet.

    Raises ImportFailed.
    """
    try:
        client("s3").head_bucket(Bucket=bucket)
    except ClientError:
        return False
    logical_id = next(k for k, v in template["Resources"].items() if v["Type"] == BUCKET)
    resource = {"Type": BUCKET, "DeletionPolicy": "Retain", "Properties": {"BucketName": bucket}}
    name = {"StackName": stack, "ChangeSetName": CHANGE_SET}
    cloudformation.create_change_set(
        **name,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": {logical_id: resource}}),
        ResourcesToImport=[
            {
                "ResourceType": BUCKET,
                "LogicalResourceId": logical_id,
                "ResourceIdentifier": {"BucketName": bucket},
            }
        ],
    )
    _wait(lambda: _change_set_status(cloudformation, name), "CREATE_COMPLETE")
    cloudformation.execute_change_set(**name)
    _wait(lambda: _stack_status(cloudformation, stack), "IMPORT_COMPLETE")
    return True


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
            raise ImportFailed(f"The bucket of documents was not imported: {' '.join(seen)}")
        time.sleep(POLL_S)
