"""Wires the vault's services to their adapters.

Only functions that create or use seeds may import this module; they are listed in
tests/architecture/test_seed_key.py.
"""

from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.envelope import Envelope, KeyProvider
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.envelope import AesGcmEnvelope
from mara.platform.settings.keys import KeySettings, LocalKeySettings, SeedKeySettings
from mara.vault.adapters.postgres import PostgresVaults

if TYPE_CHECKING:
    from mara.vault.ports import Derivation
    from mara.vault.service.rewrap import RewrapService
    from mara.vault.service.vaults import VaultService


def _keys() -> KeyProvider:
    """Return the provider that ``KeySettings`` selects; only the settings of that one are read."""
    settings = KeySettings()  # type: ignore[call-arg]  # from the environment
    if settings.keys == "local":
        from mara.platform.local_keys import LocalKeys

        return LocalKeys(LocalKeySettings())  # type: ignore[call-arg]  # from the environment
    from mara.platform.kms import KmsKeys

    return KmsKeys(SeedKeySettings().seed_key_arn)  # type: ignore[call-arg]  # from the environment


def _envelope() -> Envelope:
    return AesGcmEnvelope(_keys())


@cache
def derivation() -> "Derivation":
    """Key derivation by the BIP and SLIP standards."""
    from mara.vault.adapters.derivation import StandardDerivation

    return StandardDerivation()


@cache
def vault_service() -> "VaultService":
    """Creation of vaults, and derivation of addresses from their public keys."""
    from mara.vault.service.vaults import VaultService

    return VaultService(PostgresVaults(), derivation(), _envelope(), transaction, now)


@cache
def rewrap_service() -> "RewrapService":
    """Rewrapping after a key rotation: data keys are unwrapped, then wrapped with the new key."""
    from mara.vault.service.rewrap import RewrapService

    return RewrapService(PostgresVaults(), _envelope(), transaction, now)
