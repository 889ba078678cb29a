"""Data keys from AWS KMS, each bound to an encryption context."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.envelope import (
    DataKey,
    DecryptionFailed,
    EncryptionContext,
    KeysUnavailable,
    WrappedKey,
)
from mara.kernel.secret import Secret

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

DECRYPTION_ERRORS = {"InvalidCiphertextException", "IncorrectKeyException"}
"""Error codes of KMS for a wrapped key that does not match the key or the context."""


@cache
def client() -> "KMSClient":
    """The KMS client; botocore logs whole responses, data keys too, so its debug log is off."""
    import boto3
    from botocore.config import Config

    logging.getLogger("botocore.parsers").setLevel(logging.INFO)
    settings = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
    return boto3.client("kms", config=settings)


@dataclass(frozen=True, slots=True)
class KmsKeys:
    """Implements KeyProvider. ``key_id`` is the ARN of the key; an alias could be moved."""

    key_id: str

    def generate_data_key(self, context: EncryptionContext) -> DataKey:
        """Call ``GenerateDataKey``. Raises KeysUnavailable."""
        with _translated_errors():
            made = client().generate_data_key(
                KeyId=self.key_id, KeySpec="AES_256", EncryptionContext=context.to_dict()
            )
        wrapped = WrappedKey(made["KeyId"], made["CiphertextBlob"])
        return DataKey(Secret(bytearray(made["Plaintext"])), wrapped)

    def unwrap(self, key: WrappedKey, context: EncryptionContext) -> Secret:
        """Call ``Decrypt``. Raises KeysUnavailable, DecryptionFailed."""
        with _translated_errors():
            response = client().decrypt(
                KeyId=key.key_id, CiphertextBlob=key.content, EncryptionContext=context.to_dict()
            )
        return Secret(bytearray(response["Plaintext"]))

    def rewrap(self, key: WrappedKey, context: EncryptionContext) -> WrappedKey:
        """Call ``ReEncrypt``: the data key does not leave KMS. Raises as ``unwrap`` does."""
        with _translated_errors():
            response = client().re_encrypt(
                CiphertextBlob=key.content,
                SourceKeyId=key.key_id,
                SourceEncryptionContext=context.to_dict(),
                DestinationKeyId=self.key_id,
                DestinationEncryptionContext=context.to_dict(),
            )
        return WrappedKey(response["KeyId"], response["CiphertextBlob"])


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Turn botocore's errors into KeysUnavailable and DecryptionFailed."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in DECRYPTION_ERRORS:
            raise DecryptionFailed("The key or the encryption context does not match.") from None
        raise KeysUnavailable("Try again in a few seconds.") from error
    except BotoCoreError as error:
        raise KeysUnavailable("Try again in a few seconds.") from error
