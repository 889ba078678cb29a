"""AES-256-GCM by Wycheproof's vectors, and by what anybody may change."""

import pytest

from mara.kernel.envelope import DecryptionFailed
from mara.platform import aes_gcm
from tests.support.vectors import wycheproof

KEY = bytearray(range(32))
CONTEXT = b"vaults/seed/1"


class TestDecrypt:
    def test_agrees_with_wycheproof(self) -> None:
        judged = {"valid": 0, "invalid": 0}
        for group, test in wycheproof("aes_gcm"):
            if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
                continue
            values = (test["iv"], test["ct"] + test["tag"], test["aad"])
            nonce, ciphertext, associated = map(bytes.fromhex, values)
            key = bytearray.fromhex(test["key"])
            if test["result"] == "valid":
                opened = aes_gcm.decrypt(key, nonce, ciphertext, associated)
                assert opened.reveal().hex() == test["msg"], test
            else:
                with pytest.raises(DecryptionFailed):
                    aes_gcm.decrypt(key, nonce, ciphertext, associated)
            judged[test["result"]] += 1
        assert judged["valid"] > 30
        assert judged["invalid"] > 10

    def test_refuses_every_changed_bit(self) -> None:
        nonce, ciphertext = aes_gcm.encrypt(KEY, bytearray(b"a seed"), CONTEXT)
        for values in (
            *((nonce, changed, CONTEXT) for changed in flipped(ciphertext)),
            *((changed, ciphertext, CONTEXT) for changed in flipped(nonce)),
            *((nonce, ciphertext, changed) for changed in flipped(CONTEXT)),
        ):
            with pytest.raises(DecryptionFailed):
                aes_gcm.decrypt(KEY, *values)
        assert aes_gcm.decrypt(KEY, nonce, ciphertext, CONTEXT).reveal() == b"a seed"

    @pytest.mark.parametrize(("nonce", "ciphertext"), [(b"", bytes(40)), (bytes(12), bytes(15))])
    def test_refuses_what_has_a_wrong_length(self, nonce: bytes, ciphertext: bytes) -> None:
        with pytest.raises(DecryptionFailed, match="length"):
            aes_gcm.decrypt(KEY, nonce, ciphertext, CONTEXT)

    def test_refuses_a_shorter_key(self) -> None:
        nonce, ciphertext = aes_gcm.encrypt(KEY[:16], bytearray(b"a seed"), CONTEXT)
        with pytest.raises(DecryptionFailed, match="length"):
            aes_gcm.decrypt(KEY[:16], nonce, ciphertext, CONTEXT)


class TestEncrypt:
    def test_draws_a_nonce_each_time(self) -> None:
        made = [aes_gcm.encrypt(KEY, bytearray(b"a seed"), CONTEXT) for _ in range(100)]
        assert len({nonce for nonce, _ in made}) == 100
        assert len({ciphertext for _, ciphertext in made}) == 100


def flipped(content: bytes) -> list[bytes]:
    """``content`` with each of its bits the other way."""
    bits = int.from_bytes(content, "big")
    return [(bits ^ 1 << bit).to_bytes(len(content), "big") for bit in range(len(content) * 8)]
