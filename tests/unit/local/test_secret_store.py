"""Writing, keeping and rotating the secrets of a stage."""

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.local import secret_commands
from infra.local.cli import main
from infra.local.secret_store import (
    NAMES,
    TOKEN_SECRETS_MAX,
    SecretMissing,
    draw_tokens,
    get,
    put,
    put_missing,
)
from mara.platform.weak_secrets import weakness_reason
from tests.support.aws import aws_of_moto


@pytest.fixture
def client() -> Iterator[Any]:
    with aws_of_moto():
        yield boto3.client("secretsmanager")


class TestRotation:
    def test_signs_with_a_strong_new_secret_and_keeps_the_latest(self, client: Any) -> None:
        put(client, "prod", "tokens", json.dumps({"c": "3", "b": "2", "a": "1"}))
        kept = draw_tokens(client, "prod")
        assert kept == [kept[0], "c", "b"]
        assert len(kept) == TOKEN_SECRETS_MAX
        known = json.loads(get(client, "prod", "tokens"))
        assert list(known) == kept
        assert weakness_reason(known[kept[0]], bytes_min=32) is None

    def test_is_kept_over_a_deployment(self, client: Any) -> None:
        put_missing(client, "local", {"tokens": '{"first": "1"}', "database": "one"})
        draw_tokens(client, "local")
        rotated = get(client, "local", "tokens")
        put_missing(client, "local", {"tokens": '{"first": "1"}', "database": "two"})
        assert get(client, "local", "tokens") == rotated
        assert get(client, "local", "database") == "two"


class TestCommand:
    @pytest.fixture(autouse=True)
    def region(self, client: Any) -> None:
        """In the account of the environment, which moto is."""

    def test_reads_the_value_from_standard_input(self, client: Any) -> None:
        said = secret_commands.run("put", "prod", "chains", io.StringIO("{}\n"))
        assert get(client, "prod", "chains") == "{}"
        assert said == "mara-prod/chains is written"

    def test_takes_the_stage_before_and_after_the_name(
        self, client: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for arguments in (["--stage", "prod", "database"], ["database", "--stage", "prod"]):
            monkeypatch.setattr("sys.stdin", io.StringIO(" ".join(arguments)))
            assert main(["secrets", "put", *arguments]) == 0
            assert get(client, "prod", "database") == " ".join(arguments)

    def test_draws_no_secret_that_others_give(self) -> None:
        with pytest.raises(RuntimeError, match="put writes database"):
            secret_commands.run("rotate", "prod", "database", io.StringIO())

    def test_does_not_repeat_a_secret(self, client: Any) -> None:
        said = secret_commands.run("rotate", "prod", "tokens", io.StringIO())
        assert "make down" not in said  # which concerns the local stage alone
        for secret in json.loads(get(client, "prod", "tokens")).values():
            assert secret not in said

    def test_names_those_that_there_are(self) -> None:
        with pytest.raises(RuntimeError, match=", ".join(NAMES)):
            secret_commands.run("put", "prod", "token", io.StringIO("x"))

    def test_says_how_to_write_one_that_is_missing(self, client: Any) -> None:
        with pytest.raises(SecretMissing, match="mara secrets put --stage prod database"):
            get(client, "prod", "database")
