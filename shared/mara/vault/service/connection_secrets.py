"""Encrypts the secrets of connections, and decrypts them for use."""

from dataclasses import dataclass
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.envelope import Envelope
from mara.kernel.ids import new_id
from mara.kernel.secret import Secret
from mara.vault.model import ConnectionSecret, connection_secret_context
from mara.vault.ports import ConnectionSecrets


@dataclass(frozen=True, slots=True)
class ConnectionSecretService:
    """Implements SecretStore: an envelope around each secret, and one row for each.

    The key service is never called inside a transaction, so encrypting and storing are two calls.
    """

    secrets: ConnectionSecrets
    envelope: Envelope
    now: Clock

    def seal(self, owner_id: UUID, plaintext: Secret) -> ConnectionSecret:
        """Encrypt a secret and wipe ``plaintext``. Raises KeysUnavailable."""
        id_, now = new_id(), self.now()
        try:
            encrypted = self.envelope.encrypt(plaintext, connection_secret_context(id_, owner_id))
        finally:
            plaintext.wipe()
        return ConnectionSecret(id_, owner_id, encrypted, created_at=now, wrapped_at=now)

    def add(self, sealed: ConnectionSecret) -> None:
        """Store the secret in the caller's transaction."""
        self.secrets.add(sealed)

    def get(self, secret_id: UUID) -> ConnectionSecret | None:
        """Read the sealed secret; None where the scope has none."""
        return self.secrets.get(secret_id)

    def open(self, sealed: ConnectionSecret) -> Secret:
        """Decrypt the secret. Raises KeysUnavailable, DecryptionFailed."""
        return self.envelope.decrypt(sealed.encrypted, sealed.encryption_context)

    def delete(self, secret_id: UUID) -> None:
        """Delete the secret in the caller's transaction, if it exists."""
        self.secrets.delete(secret_id)
