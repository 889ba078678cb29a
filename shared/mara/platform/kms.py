"""Data keys from AWS KMS, each under the encryption context of its place."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.envelope import DataKey, KeysUnavailable, Place, SealBroken, WrappedKey
from mara.kernel.secret import Secret

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

NOT_OPENED = {"InvalidCiphertextException", "IncorrectKeyException"}
"""What KMS answers where the wrapped key is not of this key and context."""


@cache
def client() -> "KMSClient":
    """Its log never holds an answer: botocore writes them whole, data keys too, when debugging."""
    import boto3
    from botocore.config import Config

    logging.getLogger("botocore.parsers").setLevel(logging.INFO)
    settings = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
    return boto3.client("kms", config=settings)


@dataclass(frozen=True, slots=True)
class KmsKeys:
    """``key_id`` is the ARN of the key, which every answer of KMS names; an alias would move."""

    key_id: str

    def generate_data_key(self, place: Place) -> DataKey:
        with _failures():
            made = client().generate_data_key(
                KeyId=self.key_id, KeySpec="AES_256", EncryptionContext=place.context()
            )
        wrapped = WrappedKey(made["KeyId"], made["CiphertextBlob"])
        return DataKey(Secret(bytearray(made["Plaintext"])), wrapped)

    def unwrap(self, key: WrappedKey, place: Place) -> Secret:
        with _failures():
            opened = client().decrypt(
                KeyId=key.key_id, CiphertextBlob=key.content, EncryptionContext=place.context()
            )
        return Secret(bytearray(opened["Plaintext"]))

    def rewrap(self, key: WrappedKey, place: Place) -> WrappedKey:
        """Inside KMS: nobody else sees the data key."""
        with _failures():
            done = client().re_encrypt(
                CiphertextBlob=key.content,
                SourceKeyId=key.key_id,
                SourceEncryptionContext=place.context(),
                DestinationKeyId=self.key_id,
                DestinationEncryptionContext=place.context(),
            )
        return WrappedKey(done["KeyId"], done["CiphertextBlob"])


@contextmanager
def _failures() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_OPENED:
            raise SealBroken("The data key is not of this key and place.") from None
        raise KeysUnavailable("Try again in a few seconds.") from error
    except BotoCoreError as error:
        raise KeysUnavailable("Try again in a few seconds.") from error
