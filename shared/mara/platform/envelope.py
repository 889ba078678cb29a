"""Envelope encryption with AES-256-GCM: one data key per value, wrapped by a key provider."""

from dataclasses import dataclass, replace

from mara.kernel.envelope import (
    FORMAT,
    DecryptionFailed,
    EncryptedValue,
    EncryptionContext,
    KeyProvider,
)
from mara.kernel.secret import Secret
from mara.platform import aes_gcm


@dataclass(frozen=True, slots=True)
class AesGcmEnvelope:
    """Implements Envelope; the associated data is the encryption context."""

    keys: KeyProvider

    @property
    def key_id(self) -> str:
        """The id of the current wrapping key."""
        return self.keys.key_id

    def encrypt(self, plaintext: Secret, context: EncryptionContext) -> EncryptedValue:
        """Encrypt a value; the caller wipes ``plaintext``. Raises KeysUnavailable."""
        data_key = self.keys.generate_data_key(context)
        with data_key.secret as key:
            nonce, ciphertext = aes_gcm.encrypt(key, plaintext.reveal(), context.associated_data())
        return EncryptedValue(FORMAT, data_key.wrapped, nonce, ciphertext)

    def decrypt(self, encrypted: EncryptedValue, context: EncryptionContext) -> Secret:
        """Decrypt a value of this context. Raises KeysUnavailable, DecryptionFailed."""
        if encrypted.format != FORMAT:
            raise DecryptionFailed(f"There is no format {encrypted.format}.")
        associated = context.associated_data()
        with self.keys.unwrap(encrypted.key, context) as key:
            return aes_gcm.decrypt(key, encrypted.nonce, encrypted.ciphertext, associated)

    def rewrap(self, encrypted: EncryptedValue, context: EncryptionContext) -> EncryptedValue:
        """Wrap the data key with the current key. Raises KeysUnavailable, DecryptionFailed."""
        return replace(encrypted, key=self.keys.rewrap(encrypted.key, context))
