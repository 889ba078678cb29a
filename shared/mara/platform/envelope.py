"""Envelope encryption: a data key for each value, wrapped by a key provider."""

from dataclasses import dataclass, replace

from mara.kernel.envelope import FORMAT, KeyProvider, Place, SealBroken, Sealed
from mara.kernel.secret import Secret
from mara.platform import aes_gcm


@dataclass(frozen=True, slots=True)
class AesGcmEnvelope:
    keys: KeyProvider

    @property
    def key_id(self) -> str:
        return self.keys.key_id

    def seal(self, plaintext: Secret, place: Place) -> Sealed:
        data_key = self.keys.generate_data_key(place)
        with data_key.secret as key:
            nonce, ciphertext = aes_gcm.encrypt(key, plaintext.reveal(), place.associated_data())
        return Sealed(FORMAT, data_key.wrapped, nonce, ciphertext)

    def open(self, sealed: Sealed, place: Place) -> Secret:
        if sealed.format != FORMAT:
            raise SealBroken(f"There is no format {sealed.format}.")
        with self.keys.unwrap(sealed.key, place) as key:
            return aes_gcm.decrypt(key, sealed.nonce, sealed.ciphertext, place.associated_data())

    def rewrap(self, sealed: Sealed, place: Place) -> Sealed:
        return replace(sealed, key=self.keys.rewrap(sealed.key, place))
