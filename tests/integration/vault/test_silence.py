"""The life of a vault with words that are known: nothing that is written anywhere holds them."""

import io
import logging
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import boto3
import psycopg
import pytest

from mara.kernel.envelope import DecryptionFailed, EncryptionContext, KeysUnavailable
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import DatabaseUnavailable
from mara.platform import kms
from mara.platform.clock import now
from mara.platform.database import disconnect, transaction
from mara.platform.envelope import AesGcmEnvelope
from mara.platform.kms import KmsKeys
from mara.vault.adapters.postgres import PostgresVaults
from mara.vault.service.rewrap import RewrapService
from mara.vault.service.vaults import VaultService
from mara.wiring.audit import audit_log
from tests.support import bip39
from tests.support.accounts import make_account
from tests.support.aws import aws_of_moto
from tests.support.silence import ENTROPY, KnownDerivation, assert_silent, failure

GONE = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"


class KeepingKeys(KmsKeys):
    """Remembers, for the test alone, every data key it saw."""

    seen: list[bytes] = []  # noqa: RUF012 - shared on purpose

    def generate_data_key(self, context: EncryptionContext) -> Any:
        made = super().generate_data_key(context)
        self.seen.append(bytes(made.secret.reveal()))
        return made


def service(key_id: str) -> VaultService:
    envelope = AesGcmEnvelope(KeepingKeys(key_id))
    return VaultService(PostgresVaults(), KnownDerivation(), envelope, transaction, now)


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """All that any logger writes at its most talkative, and what the test adds."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    loggers = (logging.getLogger(), logging.getLogger("mara"))
    for each in loggers:
        each.addHandler(handler)
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="mara"):
        yield text
    for each in loggers:
        each.removeHandler(handler)


def dump(rows: psycopg.Connection[Any]) -> str:
    """Every row of every table, binary columns as hexadecimal digits and as text."""
    tables = rows.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    parts = []
    for (table,) in tables:
        for row in rows.execute(f'SELECT * FROM "{table}"').fetchall():
            for value in row:
                parts.append(str(value))
                if isinstance(value, bytes):
                    parts += [value.hex(), value.decode("latin-1")]
    return "\n".join(parts)


def live(
    caller: Principal, key_ids: tuple[str, str], rows: psycopg.Connection[Any]
) -> Iterator[str]:
    """All that happens to a vault, as what each step shows."""
    old, new = key_ids
    yield failure(lambda: service(GONE).get_or_create(caller), KeysUnavailable)
    vault = service(old)
    yield repr(vault.get_or_create(caller))
    yield repr(vault.account_keys(caller)) + repr(vault.addresses(caller))
    vaults, envelope = PostgresVaults(), AesGcmEnvelope(KeepingKeys(new))
    with transaction("system"):
        stored = vaults.list_to_rewrap(new, None, after=None, limit=1)[0]
    yield repr(stored) + repr(vault) + repr(envelope)
    yield repr(RewrapService(vaults, envelope, transaction, now, audit_log()).rewrap())
    with transaction("system"):
        rewrapped = vaults.list_to_rewrap(old, None, after=None, limit=1)[0]
    secret = envelope.decrypt(rewrapped.seed, rewrapped.encryption_context)
    assert secret.reveal() == ENTROPY
    yield repr(secret) + f"{secret}"
    elsewhere = EncryptionContext("vaults", "seed", new_id(), caller.user_id)
    yield failure(lambda: envelope.decrypt(rewrapped.seed, elsewhere), DecryptionFailed)
    yield dump(rows)


def test_no_log_error_repr_or_row_holds_a_seed_or_a_key(
    written: io.StringIO, rows: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 4: no endpoint and no log ever holds a seed or private key."""
    caller = make_account().principal
    with aws_of_moto():
        kms.client.cache_clear()
        logging.getLogger("botocore.parsers").setLevel(logging.NOTSET)
        keys = [boto3.client("kms").create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
        written.writelines(live(caller, (keys[0], keys[1]), rows))
        disconnect()
        monkeypatch.setenv("MARA_DATABASE_URL", "postgresql://mara_app:unset@127.0.0.1:1/unset")
        written.write(failure(lambda: service(keys[0]).get_or_create(caller), DatabaseUnavailable))
        kms.client.cache_clear()
    text = written.getvalue()
    assert "botocore" in text
    assert len(KeepingKeys.seen) == 1
    assert_silent(text, KeepingKeys.seen)


def test_the_search_finds_what_it_looks_for() -> None:
    """Else the test above would hold of anything."""
    for leak in (
        "the seventh word is " + bytes(bip39.sentence(bytearray(ENTROPY)).reveal()).decode()[:40],
        f"entropy={ENTROPY!r}",
        f"entropy={bytearray(ENTROPY)!r}",
        f"key {ENTROPY.hex()}",
        f'{{"key": "{b64encode(ENTROPY).decode()}"}}',
    ):
        with pytest.raises(AssertionError):
            assert_silent(leak)
