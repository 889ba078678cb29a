"""Wires the store of connection secrets: bot tokens, and keys that sign webhooks.

tests/architecture/test_seed_key.py lists the functions that may use the key.
"""

from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.envelope import Envelope
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.envelope import AesGcmEnvelope
from mara.platform.settings.keys import ConnectionKeySettings
from mara.vault.adapters.connection_secrets import PostgresConnectionSecrets
from mara.vault.service.connection_secrets import ConnectionSecretService
from mara.wiring.key_provider import key_provider

if TYPE_CHECKING:
    from mara.vault.model import ConnectionSecret
    from mara.vault.ports import SecretStore
    from mara.vault.service.rewrap import RewrapService


def envelope() -> Envelope:
    """Encryption with the key of connection secrets, which bodies of dead letters share."""
    settings = ConnectionKeySettings
    return AesGcmEnvelope(key_provider(lambda: settings().connection_key_arn))  # type: ignore[call-arg]  # from the environment


@cache
def secret_store() -> "SecretStore":
    """Encryption, storing and decryption of the secrets of connections."""
    return ConnectionSecretService(PostgresConnectionSecrets(), envelope(), now)


@cache
def connection_rewrap_service() -> "RewrapService[ConnectionSecret]":
    """Rewrapping of connection secrets after a key rotation."""
    from mara.vault.service.rewrap import RewrapService
    from mara.wiring.audit import audit_log

    return RewrapService(PostgresConnectionSecrets(), envelope(), transaction, now, audit_log())
