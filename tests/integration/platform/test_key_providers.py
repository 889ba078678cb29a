"""One contract for whoever wraps data keys: AWS KMS, and the keys of the local stage."""

import json
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import boto3
import pytest

from mara.kernel.envelope import (
    DataKey,
    DecryptionFailed,
    EncryptionContext,
    KeyProvider,
    KeysUnavailable,
    WrappedKey,
)
from mara.kernel.ids import new_id
from mara.kernel.secret import Secret
from mara.platform import kms
from mara.platform.envelope import AesGcmEnvelope
from mara.platform.kms import KmsKeys
from mara.platform.local_keys import LocalKeys
from mara.platform.settings.keys import LocalKeySettings
from tests.support.aws import aws_of_moto
from tests.support.environment import LOCAL_KEYS

CONTEXT = EncryptionContext("vaults", "seed", new_id(), new_id())
OTHER_CONTEXTS = {
    "table": replace(CONTEXT, table="bots"),
    "column": replace(CONTEXT, column="token"),
    "row": replace(CONTEXT, row_id=new_id()),
    "owner": replace(CONTEXT, owner_id=new_id()),
    "row and owner in each other's place": replace(
        CONTEXT, row_id=CONTEXT.owner_id, owner_id=CONTEXT.row_id
    ),
}
Rotate = Callable[[], KeyProvider]


def local_keys(monkeypatch: pytest.MonkeyPatch, keys: dict[str, str]) -> LocalKeys:
    monkeypatch.setenv("MARA_LOCAL_KEYS", json.dumps(keys))
    return LocalKeys(LocalKeySettings())  # type: ignore[call-arg]


@pytest.fixture(params=["local", "kms"])
def rotate(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rotate]:
    """Makes the provider of a new key that still opens what the one before has wrapped."""
    if request.param == "local":
        keys: dict[str, str] = {}

        def next_local() -> KeyProvider:
            number = len(keys) + 1
            added = {f"local-{number}": bytes([number] * 32).hex(), **keys}
            keys.clear()
            keys.update(added)
            return local_keys(monkeypatch, keys)

        yield next_local
        return
    with aws_of_moto():
        kms.client.cache_clear()
        yield lambda: KmsKeys(boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
        kms.client.cache_clear()


@pytest.fixture
def keys(rotate: Rotate) -> KeyProvider:
    return rotate()


def content(key: DataKey | Secret) -> bytes:
    return bytes((key.secret if isinstance(key, DataKey) else key).reveal())


class TestDataKey:
    def test_opens_where_it_was_made_for(self, keys: KeyProvider) -> None:
        made = keys.generate_data_key(CONTEXT)
        assert len(made.secret) == 32
        assert content(keys.unwrap(made.wrapped, CONTEXT)) == content(made)
        assert made.wrapped.key_id == keys.key_id

    def test_is_another_one_each_time(self, keys: KeyProvider) -> None:
        made = [keys.generate_data_key(CONTEXT) for _ in range(20)]
        assert len({content(key) for key in made}) == 20
        assert len({key.wrapped.content for key in made}) == 20

    def test_is_not_in_what_is_stored(self, keys: KeyProvider) -> None:
        made = keys.generate_data_key(CONTEXT)
        assert content(made) not in made.wrapped.content

    @pytest.mark.parametrize("other", OTHER_CONTEXTS.values(), ids=OTHER_CONTEXTS)
    def test_opens_in_no_other_place(self, keys: KeyProvider, other: EncryptionContext) -> None:
        """Invariant 4."""
        made = keys.generate_data_key(CONTEXT)
        for use in (keys.unwrap, keys.rewrap):
            with pytest.raises(DecryptionFailed):
                use(made.wrapped, other)

    def test_does_not_open_when_changed(self, keys: KeyProvider) -> None:
        wrapped = keys.generate_data_key(CONTEXT).wrapped
        changed = wrapped.content[:-1] + bytes([wrapped.content[-1] ^ 1])
        with pytest.raises(DecryptionFailed):
            keys.unwrap(WrappedKey(wrapped.key_id, changed), CONTEXT)

    def test_is_the_same_after_a_rotation(self, rotate: Rotate) -> None:
        before = rotate()
        made = before.generate_data_key(CONTEXT)
        after = rotate()
        rewrapped = after.rewrap(made.wrapped, CONTEXT)
        assert rewrapped.key_id == after.key_id != before.key_id
        assert content(after.unwrap(rewrapped, CONTEXT)) == content(made)
        assert content(after.unwrap(made.wrapped, CONTEXT)) == content(made)


class TestEnvelope:
    def test_opens_what_it_sealed_and_leaves_the_plaintext_to_the_caller(
        self, keys: KeyProvider
    ) -> None:
        envelope, plaintext = AesGcmEnvelope(keys), Secret(bytearray(b"a seed"))
        encrypted = envelope.encrypt(plaintext, CONTEXT)
        assert plaintext.reveal() == b"a seed"
        assert b"a seed" not in encrypted.ciphertext
        assert envelope.decrypt(encrypted, CONTEXT).reveal() == b"a seed"

    @pytest.mark.parametrize("other", OTHER_CONTEXTS.values(), ids=OTHER_CONTEXTS)
    def test_opens_in_no_other_place(self, keys: KeyProvider, other: EncryptionContext) -> None:
        """Invariant 4."""
        envelope = AesGcmEnvelope(keys)
        encrypted = envelope.encrypt(Secret(bytearray(b"a seed")), CONTEXT)
        with pytest.raises(DecryptionFailed):
            envelope.decrypt(encrypted, other)

    def test_opens_no_format_that_it_does_not_know(self, keys: KeyProvider) -> None:
        envelope = AesGcmEnvelope(keys)
        encrypted = envelope.encrypt(Secret(bytearray(b"a seed")), CONTEXT)
        for format_ in (0, 2):
            with pytest.raises(DecryptionFailed, match=f"format {format_}"):
                envelope.decrypt(replace(encrypted, format=format_), CONTEXT)

    def test_is_bound_to_its_place_even_if_the_key_service_looks_at_nothing(self) -> None:
        """Invariant 4 rests on AES-GCM, not on what a key service does with the context."""

        class Careless:
            key_id = "careless"

            def generate_data_key(self, context: EncryptionContext) -> DataKey:
                return DataKey(Secret(bytearray(32)), WrappedKey(self.key_id, bytes(32)))

            def unwrap(self, key: WrappedKey, context: EncryptionContext) -> Secret:
                return Secret(bytearray(key.content))

            def rewrap(self, key: WrappedKey, context: EncryptionContext) -> WrappedKey:
                return key

        envelope = AesGcmEnvelope(Careless())
        encrypted = envelope.encrypt(Secret(bytearray(b"a seed")), CONTEXT)
        for other in OTHER_CONTEXTS.values():
            with pytest.raises(DecryptionFailed):
                envelope.decrypt(encrypted, other)
        assert envelope.decrypt(encrypted, CONTEXT).reveal() == b"a seed"


class TestKms:
    def test_that_does_not_answer_is_a_failure_to_retry(self) -> None:
        gone = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
        with aws_of_moto():
            kms.client.cache_clear()
            with pytest.raises(KeysUnavailable):
                KmsKeys(gone).generate_data_key(CONTEXT)
            kms.client.cache_clear()

    def test_writes_no_data_key_into_a_log_that_is_debugged(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with aws_of_moto(), caplog.at_level(logging.DEBUG):
            kms.client.cache_clear()
            logging.getLogger("botocore.parsers").setLevel(logging.NOTSET)
            keys = KmsKeys(boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
            made = keys.generate_data_key(CONTEXT)
            keys.unwrap(made.wrapped, CONTEXT)
            kms.client.cache_clear()
        assert "botocore" in caplog.text
        for spelling in (b64encode(content(made)).decode(), repr(content(made))):
            assert spelling not in caplog.text


class TestLocalKeys:
    def test_exist_in_the_local_stage_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Invariant 5."""
        monkeypatch.setenv("MARA_STAGE", "production")
        with pytest.raises(ValueError, match="local stage"):
            local_keys(monkeypatch, LOCAL_KEYS)

    def test_open_nothing_of_a_key_that_is_gone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = local_keys(monkeypatch, LOCAL_KEYS).generate_data_key(CONTEXT)
        others = local_keys(monkeypatch, {"local-2": "00" * 32})
        with pytest.raises(DecryptionFailed, match="local-1"):
            others.unwrap(made.wrapped, CONTEXT)


def test_a_place_is_spelt_in_one_way() -> None:
    one = EncryptionContext("vaults", "seed", UUID(int=1), UUID(int=2))
    assert one.associated_data() == (
        b'[1, "vaults", "seed", "00000000-0000-0000-0000-000000000001",'
        b' "00000000-0000-0000-0000-000000000002"]'
    )
