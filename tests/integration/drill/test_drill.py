"""The drill of AWS on moto: RDS, secrets, keys and buckets; the restored rows are PostgreSQL's."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import boto3
import psycopg
import pytest
from botocore.exceptions import ClientError, WaiterError

from infra.drill import __main__ as drill
from infra.drill import instance
from infra.drill.instance import DrillFailed, RestoredInstance
from infra.local import migrate, secret_store
from infra.local.postgres import OWNER, PostgresServer
from mara.kernel.ids import new_id
from mara.platform import s3
from mara.platform.database import disconnect
from mara.wiring.audit import chain_service
from tests.support.accounts import make_account
from tests.support.audit import record_logins
from tests.support.aws import aws_of_moto

Rows = psycopg.Connection[Any]
SOURCE = "the-database-of-prod"
DOCUMENTS = "mara-prod-documents"
CUT_OFF = "FROM audit_rows WHERE position > 1"
DATA = """
Resources:
  Subnets:
    Type: AWS::RDS::DBSubnetGroup
    Properties: {DBSubnetGroupName: of-prod, DBSubnetGroupDescription: prod, SubnetIds: [%s, %s]}
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {DBInstanceIdentifier: %s, Engine: postgres, DBInstanceClass: db.m7g.large,
      AllocatedStorage: 20, DBName: mara, MasterUsername: postgres,
      MasterUserPassword: of-moto-alone, DBSubnetGroupName: !Ref Subnets}
"""
"""What moto can make of infra/data.yaml."""
TEMPLATE = """
Resources:
  SeedKey: {Type: AWS::KMS::Key, Properties: {KeyPolicy: "{}"}}
  Other: {Type: AWS::KMS::Key, Properties: {KeyPolicy: "{}"}}
Outputs: {SeedKeyArn: {Value: !GetAtt SeedKey.Arn}, ConnectionKeyArn: {Value: !GetAtt Other.Arn}}
"""


def client(service: str) -> Any:
    make: Any = boto3.client
    return make(service, region_name="eu-west-1")


@pytest.fixture
def prod(database: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stage with a database, buckets and keys; its secret names the role of the real database."""
    for name in ("MARA_STAGE", "MARA_DATABASE_URL", "MARA_AUDIT_BUCKET"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    with aws_of_moto():
        s3.client.cache_clear()
        _network_and_database()
        client("cloudformation").create_stack(StackName="mara", TemplateBody=TEMPLATE)
        owner = postgres.url(OWNER, database.rsplit("/", 1)[1])
        for name, url in (("database", database), ("database-owner", owner)):
            secret_store.put(client("secretsmanager"), "prod", name, url)
        place = {"LocationConstraint": "eu-west-1"}
        for name in ("documents", "audit-anchors"):
            bucket = f"mara-prod-{name}"
            client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
            versions = {"Status": "Enabled"}
            client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versions)
        yield database
        s3.client.cache_clear()
    disconnect()


def _network_and_database() -> None:
    subnets = [one["SubnetId"] for one in client("ec2").describe_subnets()["Subnets"]][:2]
    body = DATA % (*subnets, SOURCE)
    client("cloudformation").create_stack(StackName="mara-prod-data", TemplateBody=body)


def snapshot(name: str) -> None:
    client("rds").create_db_snapshot(DBInstanceIdentifier=SOURCE, DBSnapshotIdentifier=name)


def names() -> set[str]:
    found = client("rds").describe_db_instances()["DBInstances"]
    return {one["DBInstanceIdentifier"] for one in found}


@pytest.fixture
def to_the_real_one(prod: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto makes an instance that listens nowhere: the rows are those of the test's database."""
    monkeypatch.setattr(RestoredInstance, "url_like", lambda _self, url: url)


def document(rows: Rows) -> str:
    """Make a document without a file; the key that its file would have."""
    document_id, owner_id = new_id(), make_account("anna").principal.user_id
    rows.execute(
        "INSERT INTO documents (id, owner_id, filename, format, media_type, size, sha256,"
        " version, state, created_at, updated_at)"
        " VALUES (%s, %s, 'a', 'md', 'text/markdown', 1, repeat('0', 64), 1, 'ready',"
        " now(), now())",
        [document_id, owner_id],
    )
    return f"objects/{owner_id}/{document_id}"


def break_a_key() -> None:
    """Let the template's stack name a key that KMS does not have."""
    broken = TEMPLATE.replace("!GetAtt Other.Arn", "no-key")
    client("cloudformation").update_stack(StackName="mara", TemplateBody=broken)


def stays(said: str) -> bool:
    """Whether there is an instance beside the stage's, and its deletion by hand is printed."""
    (name,) = names() - {SOURCE}
    return f"{name} stays" in said and f"--db-instance-identifier {name}" in said


def raising(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_arguments: object) -> NoReturn:
        raise error

    return fail


def deleted_file(rows: Rows) -> dict[str, str]:
    """The place of a document's file, which was deleted after it was stored."""
    where = {"Bucket": DOCUMENTS, "Key": document(rows)}
    client("s3").put_object(**where, Body=b"x")
    client("s3").delete_object(**where)
    return where


@pytest.mark.usefixtures("prod")
class TestInstance:
    def test_is_made_of_the_newest_snapshot_in_the_network_of_the_stage(self) -> None:
        rds = client("rds")
        snapshot("older")
        snapshot("newer")
        source = instance.source_of(client("cloudformation"), "prod")
        newest = instance.newest_snapshot(rds, source)
        assert newest == "newer"
        made = instance.restore_snapshot(rds, source, "drill", newest)
        (known,) = rds.describe_db_instances(DBInstanceIdentifier="drill")["DBInstances"]
        assert known["DBSubnetGroup"]["DBSubnetGroupName"] == "of-prod"
        assert made.host == known["Endpoint"]["Address"]

    def test_is_made_of_a_moment(self) -> None:
        at = datetime.now(UTC)
        made = instance.restore_moment(client("rds"), SOURCE, "drill", at)
        assert made.as_of == at
        assert "drill" in names()

    def test_has_the_role_and_password_of_the_stage(self) -> None:
        made = RestoredInstance("drill", "drill.example", 5433, datetime.now(UTC), 1.0)
        url = made.url_like("postgresql://mara_app:p%40ss@old.example:5432/mara?sslmode=require")
        assert url == "postgresql://mara_app:p%40ss@drill.example:5433/mara?sslmode=require"

    def test_of_the_stage_itself_is_never_deleted(self) -> None:
        with pytest.raises(DrillFailed, match="not deleted"):
            instance.remove(client("rds"), SOURCE)
        assert names() == {SOURCE}

    def test_is_not_made_without_a_snapshot(self) -> None:
        rds = client("rds")
        for one in rds.describe_db_snapshots()["DBSnapshots"]:
            rds.delete_db_snapshot(DBSnapshotIdentifier=one["DBSnapshotIdentifier"])
        with pytest.raises(DrillFailed, match="no snapshot"):
            instance.newest_snapshot(rds, SOURCE)

    def test_is_not_made_of_a_stage_that_is_not_there(self) -> None:
        with pytest.raises(DrillFailed, match="mara-other-data"):
            instance.source_of(client("cloudformation"), "other")


@pytest.mark.usefixtures("to_the_real_one")
class TestDrill:
    def test_verifies_a_restored_database_and_deletes_it(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        status = drill.main(["--stage", "prod"])
        said = capsys.readouterr().out
        assert status == 0, said
        assert said.count("[ok]") == 6
        assert migrate.newest() in said
        assert names() == {SOURCE}

    def test_expects_that_the_stage_has_gone_on(
        self, rows: Rows, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        monkeypatch.setenv("MARA_AUDIT_BUCKET", "mara-prod-audit-anchors")
        record_logins(3)
        chain_service().continue_chain()
        rows.execute("SET session_replication_role = replica")
        rows.execute(f"DELETE FROM audit_details WHERE entry_id IN (SELECT id {CUT_OFF})")
        rows.execute(f"DELETE {CUT_OFF}")
        assert drill.main(["--stage", "prod"]) == 0
        assert "[ok] audit:   cut off: positions 2 to 3" in capsys.readouterr().out
        rows.execute("UPDATE audit_rows SET actor_id = gen_random_uuid()")
        assert drill.main(["--stage", "prod"]) == 1
        assert "[FAILED] audit" in capsys.readouterr().out

    def test_finds_a_document_without_its_file(
        self, rows: Rows, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        key = document(rows)
        assert drill.main(["--stage", "prod"]) == 1
        said = capsys.readouterr().out
        assert "[FAILED] documents: 0 of the newest 1 have their files" in said
        assert f"missing: {key}" in said
        client("s3").put_object(Bucket=DOCUMENTS, Key=key, Body=b"x")
        assert drill.main(["--stage", "prod"]) == 0

    def test_takes_a_file_that_was_deleted_since_for_no_missing_one(
        self, rows: Rows, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        deleted_file(rows)
        assert drill.main(["--stage", "prod"]) == 0
        assert "0 of the newest 1 have their files, 1 are deleted" in capsys.readouterr().out
        later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        assert drill.main(["--stage", "prod", "--at", later]) == 1

    def test_finds_a_key_that_is_to_be_deleted(self, capsys: pytest.CaptureFixture[str]) -> None:
        snapshot("newest")
        (stack,) = client("cloudformation").describe_stacks(StackName="mara")["Stacks"]
        arn = next(o["OutputValue"] for o in stack["Outputs"] if o["OutputKey"] == "SeedKeyArn")
        client("kms").schedule_key_deletion(KeyId=arn.split("/")[-1], PendingWindowInDays=30)
        assert drill.main(["--stage", "prod"]) == 1
        assert "[FAILED] seed key: PendingDeletion" in capsys.readouterr().out

    def test_points_another_stage_at_it_and_keeps_it(
        self, prod: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        other = ["--point", "drill", "--into-another-stage"]
        assert drill.main(["--stage", "prod", *other]) == 0
        assert secret_store.get(client("secretsmanager"), "drill", "database") == prod
        assert stays(capsys.readouterr().out)

    def test_brings_no_file_back_and_points_no_stage_at_one_that_failed(
        self, rows: Rows, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        where = deleted_file(rows)
        break_a_key()
        assert drill.main(["--stage", "prod", "--bring-back", "--point", "prod"]) == 1
        with pytest.raises(client("s3").exceptions.NoSuchKey):
            client("s3").get_object(**where)
        assert stays(capsys.readouterr().out)

    def test_brings_the_files_of_its_rows_back_for_the_stage_that_gets_it(
        self, rows: Rows, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        where = deleted_file(rows)
        assert drill.main(["--stage", "prod", "--bring-back", "--point", "prod"]) == 0
        said = capsys.readouterr().out
        assert f"back: {where['Key']}" in said
        assert "1 files are back, 0 are missing" in said
        assert client("s3").get_object(**where)["Body"].read() == b"x"

    def test_prints_times_in_utc(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert drill.main(["--stage", "prod", "--at", "2026-11-28T12:00:00+02:00"]) == 0
        assert "has the data of 2026-11-28T10:00:00Z" in capsys.readouterr().out


@pytest.mark.usefixtures("to_the_real_one")
class TestDrillThatEndsEarly:
    """Whatever ends it, no instance stays that is paid for unknowingly."""

    def test_makes_nothing_where_a_key_is_not_named(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        outputs = TEMPLATE[: TEMPLATE.index("Outputs")]
        client("cloudformation").update_stack(StackName="mara", TemplateBody=outputs)
        assert drill.main(["--stage", "prod"]) == 1
        said = capsys.readouterr()
        assert "no output ConnectionKeyArn, SeedKeyArn" in said.err
        assert "was not made" in said.out
        assert names() == {SOURCE}

    def test_makes_nothing_where_a_secret_is_missing(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        client("secretsmanager").delete_secret(
            SecretId="mara-prod/database-owner", ForceDeleteWithoutRecovery=True
        )
        assert drill.main(["--stage", "prod"]) == 1
        assert "database-owner" in capsys.readouterr().err
        assert names() == {SOURCE}

    @pytest.mark.parametrize("error", [WaiterError("n", "Max attempts", {}), DrillFailed("no")])
    def test_deletes_what_was_made_until_then(
        self,
        error: Exception,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        snapshot("newest")
        monkeypatch.setattr(instance, "_wait", raising(error))
        assert drill.main(["--stage", "prod"]) == 1
        said = capsys.readouterr()
        assert str(error) in said.err
        assert "is deleted" in said.out
        assert names() == {SOURCE}

    def test_deletes_it_also_for_an_error_that_was_not_foreseen(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        snapshot("newest")
        monkeypatch.setattr(instance, "_wait", raising(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            drill.main(["--stage", "prod"])
        assert names() == {SOURCE}

    def test_names_the_instance_that_it_may_not_delete(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        snapshot("newest")
        refused: Any = {"Error": {"Code": "InvalidDBInstanceState", "Message": "it is being made"}}
        monkeypatch.setattr(instance, "remove", raising(ClientError(refused, "DeleteDBInstance")))
        assert drill.main(["--stage", "prod"]) == 0
        (name,) = names() - {SOURCE}
        said = capsys.readouterr().out
        assert "it is being made" in said
        assert f"--db-instance-identifier {name}" in said
