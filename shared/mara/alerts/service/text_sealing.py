"""Encrypts and decrypts texts that are kept for dry runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.alerts.model.kept_text import KeptText, SealedText, text_context, text_id
from mara.alerts.model.rule import ChatRule
from mara.alerts.model.watched_message import WatchedMessage
from mara.alerts.ports.rules import TextKeys
from mara.kernel.secret import Secret


class Cipher(Protocol):
    """Authenticated encryption with associated data."""

    def encrypt(
        self, key: bytearray, plaintext: bytearray, associated: bytes
    ) -> tuple[bytes, bytes]:
        """Return a nonce and the ciphertext with its tag."""

    def decrypt(self, key: bytearray, nonce: bytes, ciphertext: bytes, associated: bytes) -> Secret:
        """Return the plaintext. Raises DecryptionFailed."""


@dataclass(frozen=True, slots=True)
class TextSealing:
    """Seals texts outside of transactions, with the key of the bot whose chat they are of."""

    keys: TextKeys
    cipher: Cipher

    def seal(
        self, config_id: UUID, rules: Sequence[ChatRule], seen: WatchedMessage, at: datetime
    ) -> Sequence[KeptText]:
        """Return the text of a message for each of the rules, which have one owner.

        Raises KeysUnavailable.
        """
        with self.keys.key(rules[0].owner_id, config_id) as key:
            return [self._sealed(key, rule, seen, at) for rule in rules]

    def open(self, config_id: UUID, texts: Sequence[KeptText]) -> Sequence[str]:
        """Return the texts, which have one owner. Raises KeysUnavailable, DecryptionFailed."""
        if not texts:
            return []
        with self.keys.key(texts[0].owner_id, config_id) as key:
            return [self._opened(key, text) for text in texts]

    def _sealed(
        self, key: bytearray, rule: ChatRule, seen: WatchedMessage, at: datetime
    ) -> KeptText:
        row_id = text_id(rule.id, seen.chat_id, seen.message_id)
        associated = text_context(row_id, rule.owner_id).associated_data()
        sealed = self.cipher.encrypt(key, bytearray(seen.text.encode()), associated)
        return KeptText(
            id=row_id,
            rule_id=rule.id,
            owner_id=rule.owner_id,
            chat_id=seen.chat_id,
            message_id=seen.message_id,
            thread_id=seen.thread_id,
            kinds=seen.kinds,
            sender=seen.sender,
            received_at=at,
            sealed=SealedText(*sealed),
        )

    def _opened(self, key: bytearray, text: KeptText) -> str:
        sealed, associated = text.sealed, text.encryption_context.associated_data()
        with self.cipher.decrypt(key, sealed.nonce, sealed.ciphertext, associated) as plain:
            return bytes(plain).decode()
