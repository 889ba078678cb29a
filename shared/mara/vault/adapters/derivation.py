"""Keys and addresses of a vault: BIP-39 by mnemonic; BIP-32, BIP-44 and SLIP-10 by bip-utils.

bip-utils costs half a second of CPU at its import, so it is imported where it is called.
"""

import os
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

from mara.kernel.secret import Secret
from mara.vault.errors import DerivationFailed
from mara.vault.model import (
    APTOS_KEY,
    EVM_ACCOUNT,
    RECEIVING,
    TRON_ACCOUNT,
    AccountKeys,
    Addresses,
    ExtendedPublicKey,
)

if TYPE_CHECKING:
    from bip_utils import Bip32Slip10Secp256k1

ENTROPY_BYTES = 32
"""The entropy of 24 words (BIP-39)."""


class StandardDerivation:
    """Implements Derivation. A mnemonic is English and has no passphrase."""

    def generate_entropy(self) -> Secret:
        """Return 32 bytes of the operating system's random source."""
        return Secret(bytearray(os.urandom(ENTROPY_BYTES)))

    def derive_account_keys(self, entropy: Secret) -> AccountKeys:
        """Derive the public account keys from 16 to 32 bytes. Raises DerivationFailed."""
        try:
            return _account_keys(entropy)
        except Exception as error:  # noqa: BLE001 - raised again below, without its traceback
            where = extract_tb(error.__traceback__)[-1]
            cause = f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
        # Outside the except block: the library's exception and the frames of its traceback hold
        # the seed, and must not become the context of the exception that is logged.
        raise DerivationFailed(f"A library raised {cause}.")

    def derive_addresses(self, keys: AccountKeys, index: int) -> Addresses:
        """Derive addresses from public keys. Raises ValueError for a hardened index."""
        from bip_utils import (
            AptosAddrDecoder,
            AptosAddrEncoder,
            EthAddrDecoder,
            EthAddrEncoder,
            TrxAddrDecoder,
            TrxAddrEncoder,
        )

        evm, tron = (_receiving_key(account, index) for account in (keys.evm, keys.tron))
        return Addresses(
            arbitrum=EthAddrDecoder.DecodeAddr(EthAddrEncoder.EncodeKey(evm)),
            tron=TrxAddrDecoder.DecodeAddr(TrxAddrEncoder.EncodeKey(tron)),
            aptos=AptosAddrDecoder.DecodeAddr(AptosAddrEncoder.EncodeKey(keys.aptos)),
        )


def _account_keys(entropy: Secret) -> AccountKeys:
    from bip_utils import Bip32Slip10Ed25519, Bip32Slip10Secp256k1
    from mnemonic import Mnemonic

    # The libraries take and make immutable strings and bytes, which Python cannot wipe.
    seed = Mnemonic.to_seed(Mnemonic("english").to_mnemonic(bytes(entropy.reveal())))
    root = Bip32Slip10Secp256k1.FromSeed(seed)
    aptos = Bip32Slip10Ed25519.FromSeed(seed).DerivePath(APTOS_KEY)
    return AccountKeys(
        evm=_extended(root.DerivePath(EVM_ACCOUNT)),
        tron=_extended(root.DerivePath(TRON_ACCOUNT)),
        # bip-utils puts a zero byte before Ed25519 public keys, as the vectors of SLIP-10 do.
        aptos=aptos.PublicKey().RawCompressed().ToBytes()[1:],
    )


def _extended(node: "Bip32Slip10Secp256k1") -> ExtendedPublicKey:
    return ExtendedPublicKey(
        public_key=node.PublicKey().RawCompressed().ToBytes(),
        chain_code=node.ChainCode().ToBytes(),
    )


def _receiving_key(account: ExtendedPublicKey, index: int) -> bytes:
    """Derive ``<account>/0/<index>`` publicly; 33 bytes, compressed."""
    from bip_utils import Bip32ChainCode, Bip32KeyData, Bip32Slip10Secp256k1

    data = Bip32KeyData(chain_code=Bip32ChainCode(account.chain_code))
    node = Bip32Slip10Secp256k1.FromPublicKey(account.public_key, data)
    child: bytes = node.ChildKey(RECEIVING).ChildKey(index).PublicKey().RawCompressed().ToBytes()
    return child
