"""Keys from the environment in the place of KMS: for the local stage and tests, and none else."""

import json
import os
from dataclasses import dataclass

from mara.kernel.envelope import DataKey, Place, SealBroken, WrappedKey
from mara.kernel.secret import Secret
from mara.platform import aes_gcm
from mara.platform.settings.keys import LocalKeySettings


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """The first of the settings' keys wraps, every one unwraps.

    The settings refuse to be read outside the local stage, so that there are no such keys there.
    """

    settings: LocalKeySettings

    @property
    def key_id(self) -> str:
        return next(iter(self.settings.local_keys))

    def generate_data_key(self, place: Place) -> DataKey:
        secret = Secret(bytearray(os.urandom(aes_gcm.KEY_BYTES)))
        return DataKey(secret, self._wrap(secret.reveal(), place))

    def unwrap(self, key: WrappedKey, place: Place) -> Secret:
        nonce, ciphertext = key.content[: aes_gcm.NONCE_BYTES], key.content[aes_gcm.NONCE_BYTES :]
        return aes_gcm.decrypt(self._key(key.key_id), nonce, ciphertext, _context(place))

    def rewrap(self, key: WrappedKey, place: Place) -> WrappedKey:
        with self.unwrap(key, place) as content:
            return self._wrap(content, place)

    def _wrap(self, content: bytearray, place: Place) -> WrappedKey:
        nonce, ciphertext = aes_gcm.encrypt(self._key(self.key_id), content, _context(place))
        return WrappedKey(self.key_id, nonce + ciphertext)

    def _key(self, key_id: str) -> bytearray:
        found = self.settings.local_keys.get(key_id)
        if found is None:
            raise SealBroken(f"There is no local key {key_id!r}.")
        return bytearray.fromhex(found.get_secret_value())


def _context(place: Place) -> bytes:
    return json.dumps(place.context()).encode()
