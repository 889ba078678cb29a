"""What monitoring rules need: their repositories, patterns, and the likeness of texts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.alerts.model.kept_text import KeptText
from mara.alerts.model.rule import ChatRule, RuleSettings
from mara.alerts.model.watched_message import RuleFiring
from mara.kernel.page import PageRequest
from mara.kernel.secret import Secret


class Patterns(Protocol):
    """Regular expressions that need time linear in the text."""

    def search(self, pattern: str, text: str) -> str | None:
        """Return what the pattern finds first; None without a match. Raises InvalidPattern."""


class Likeness(Protocol):
    """How near the meanings of texts are."""

    def scores(self, text: str, examples: Sequence[str]) -> Sequence[float]:
        """Return the cosine of each example with the nearest part of the text.

        Raises EmbeddingUnavailable.
        """


class Rules(Protocol):
    """The repository of rules."""

    def add(self, rule: ChatRule) -> None:
        """Insert a rule."""

    def get(self, owner_id: UUID, rule_id: UUID) -> ChatRule:
        """Return the rule. Raises RuleNotFound."""

    def lock(self, owner_id: UUID, rule_id: UUID) -> ChatRule:
        """Return it, locked until the transaction ends. Raises RuleNotFound."""

    def save(self, rule: ChatRule) -> None:
        """Update the settings."""

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[ChatRule]:
        """Return a page, and one more than its limit if there are more.

        The filters are ``config`` and ``text``. Raises InvalidCursor.
        """

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of rules that the filters of ``page`` admit."""

    def count_all(self, owner_id: UUID) -> int:
        """Return how many rules the owner has."""

    def delete(self, owner_id: UUID, rule_id: UUID) -> None:
        """Delete the rule with its texts; its alerts stay. Raises RuleNotFound."""

    def watching(self, owner_id: UUID, config_id: UUID, chat_id: int) -> Sequence[ChatRule]:
        """Return the rules of a bot that name a chat."""

    def fired(
        self, owner_id: UUID, rule_ids: Collection[UUID], origin: tuple[int, int]
    ) -> Collection[UUID]:
        """Return those of the rules that fired on a message."""

    def fire(self, firing: RuleFiring) -> bool:
        """Store and count that a rule fired on a message; False if it did so before."""

    def forget_firings(self, before: datetime) -> int:
        """Forget what fired before a time, of all owners; return how many."""


class RuleTexts(Protocol):
    """The repository of texts that are kept for dry runs."""

    def keep(self, text: KeptText) -> None:
        """Insert a text, or replace that of the same message."""

    def newest(
        self, owner_id: UUID, rule_id: UUID, since: datetime, limit: int
    ) -> Sequence[KeptText]:
        """Return texts of a rule that came since then, the newest first."""

    def count(self, owner_id: UUID, rule_id: UUID, since: datetime) -> int:
        """Return how many came since then."""

    def forget_unread(self, rule_id: UUID, settings: RuleSettings, at: datetime) -> int:
        """Delete what a rule with these settings would not have kept; return how many."""

    def forget_chat(self, owner_id: UUID, config_id: UUID, chat_id: int) -> int:
        """Delete what rules of a bot have kept of a chat; return how many."""

    def forget(self, owner_id: UUID, text_ids: Collection[UUID]) -> int:
        """Delete these texts; return how many there were."""

    def forget_old(self, at: datetime, limit: int) -> int:
        """Delete what is older than its rule keeps it, of all owners; return how many.

        At most ``limit`` are deleted, the oldest first.
        """


class TextKeys(Protocol):
    """The keys that texts of the chats of a bot are encrypted with, one for each bot."""

    def key(self, owner_id: UUID, config_id: UUID) -> Secret:
        """Return the key, made at the first call, outside of transactions; the caller wipes it.

        Raises KeysUnavailable.
        """

    def forget(self, owner_id: UUID, config_id: UUID) -> None:
        """Delete the key in the caller's transaction, if there is one."""
