"""Assembles the vault from its production adapters; only the functions that make or use seeds may
import this (tests/architecture/test_seed_key.py names them).
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
    from mara.vault.service.opening import VaultService
    from mara.vault.service.rewrapping import RewrappingService


def _keys() -> KeyProvider:
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
    from mara.vault.adapters.derivation import StandardDerivation

    return StandardDerivation()


@cache
def vault_service() -> "VaultService":
    from mara.vault.service.opening import VaultService

    return VaultService(PostgresVaults(), derivation(), _envelope(), transaction, now)


@cache
def rewrapping_service() -> "RewrappingService":
    from mara.vault.service.rewrapping import RewrappingService

    return RewrappingService(PostgresVaults(), _envelope(), transaction, now)
