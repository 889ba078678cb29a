"""A deployment that is repeated after the emulator ended: what it could not do is one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import deploy, import_resources, mailbox, recover, secret_store
from infra.local.settings import REQUEST_FILE, STAGE

BUCKETS = {
    "Resources": {
        "Documents": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": {"Fn::Sub": "mara-${Stage}-documents"}},
        }
    }
}


class Refusing:
    """CloudFormation and S3 of an emulator that has a bucket and cannot import it."""

    def list_buckets(self) -> dict[str, Any]:
        return {"Buckets": [{"Name": f"mara-{STAGE}-documents"}]}

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        missing: Any = {"Error": {"Code": "ValidationError", "Message": "no stack"}}
        raise ClientError(missing, "DescribeStacks")

    def create_change_set(self, **_: object) -> None:
        pass

    def describe_change_set(self, **_: str) -> dict[str, str]:
        return {"Status": "FAILED", "StatusReason": "the bucket is odd"}


def test_tells_why_the_buckets_were_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    request = {"request": {}, "template": BUCKETS}
    (tmp_path / REQUEST_FILE).write_text(json.dumps(request), "utf-8")
    monkeypatch.setattr(deploy, "state_dir", lambda: tmp_path)
    monkeypatch.setattr(deploy, "secret_values", dict)
    monkeypatch.setattr(secret_store, "put_missing", lambda *_: None)
    monkeypatch.setattr(mailbox, "verify_sender", lambda _: None)
    for module in (deploy, import_resources):
        monkeypatch.setattr(module, "client", lambda _: Refusing())
    assert recover.main() == 1
    assert "The buckets were not imported: FAILED the bucket is odd" in capsys.readouterr().err
