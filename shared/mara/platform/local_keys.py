"""Wrapping keys from the environment instead of KMS: for the local stage and for tests only."""

import json
import os
from dataclasses import dataclass

from mara.kernel.envelope import DataKey, DecryptionFailed, EncryptionContext, WrappedKey
from mara.kernel.secret import Secret
from mara.platform import aes_gcm
from mara.platform.settings.keys import LocalKeySettings


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """Implements KeyProvider: the first key of the settings wraps, every key unwraps.

    The settings fail to load outside the local stage, so no other stage can use these keys.
    """

    settings: LocalKeySettings

    @property
    def key_id(self) -> str:
        """The id of the first key of the settings."""
        return next(iter(self.settings.local_keys))

    def generate_data_key(self, context: EncryptionContext) -> DataKey:
        """Generate a data key from the system's random source."""
        secret = Secret(bytearray(os.urandom(aes_gcm.KEY_BYTES)))
        return DataKey(secret, self._wrap(secret.reveal(), context))

    def unwrap(self, key: WrappedKey, context: EncryptionContext) -> Secret:
        """Decrypt a data key. Raises DecryptionFailed."""
        nonce, ciphertext = key.content[: aes_gcm.NONCE_BYTES], key.content[aes_gcm.NONCE_BYTES :]
        return aes_gcm.decrypt(self._key(key.key_id), nonce, ciphertext, _associated_data(context))

    def rewrap(self, key: WrappedKey, context: EncryptionContext) -> WrappedKey:
        """Wrap the same data key with the first key. Raises DecryptionFailed."""
        with self.unwrap(key, context) as content:
            return self._wrap(content, context)

    def _wrap(self, content: bytearray, context: EncryptionContext) -> WrappedKey:
        associated = _associated_data(context)
        nonce, ciphertext = aes_gcm.encrypt(self._key(self.key_id), content, associated)
        return WrappedKey(self.key_id, nonce + ciphertext)

    def _key(self, key_id: str) -> bytearray:
        found = self.settings.local_keys.get(key_id)
        if found is None:
            raise DecryptionFailed(f"There is no local key {key_id!r}.")
        return bytearray.fromhex(found.get_secret_value())


def _associated_data(context: EncryptionContext) -> bytes:
    return json.dumps(context.to_dict()).encode()
