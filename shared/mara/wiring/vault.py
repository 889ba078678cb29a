"""Wires the vault's services to their adapters.

Only functions that create or use seeds may import this module; they are listed in
tests/architecture/test_seed_key.py.
"""

from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.envelope import Envelope
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.envelope import AesGcmEnvelope
from mara.platform.settings.keys import SeedKeySettings
from mara.vault.adapters.postgres import PostgresVaults
from mara.wiring.key_provider import key_provider

if TYPE_CHECKING:
    from mara.vault.model import Vault
    from mara.vault.ports import Derivation
    from mara.vault.service.rewrap import RewrapService
    from mara.vault.service.vaults import VaultService


def _envelope() -> Envelope:
    return AesGcmEnvelope(key_provider(lambda: SeedKeySettings().seed_key_arn))  # type: ignore[call-arg]  # from the environment


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
def rewrap_service() -> "RewrapService[Vault]":
    """Rewrapping of seeds after a key rotation."""
    from mara.vault.service.rewrap import RewrapService
    from mara.wiring.audit import audit_log

    return RewrapService(PostgresVaults(), _envelope(), transaction, now, audit_log())
