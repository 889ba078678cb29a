"""Reads Transfer events of ERC-20 (EIP-20) from the logs of Ethereum's JSON-RPC.

A log that belongs to another question (another contract, event or range, or one that a
reorganization removed) shows that the whole answer is wrong: ValueError. A log of the token that
cannot be read is returned as UnreadableEvent, and its neighbours are read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mara.wallets.adapters.event_parts import (
    parse_address_word,
    parse_amount_word,
    parse_event_hash,
    parse_quantity,
)
from mara.wallets.model import (
    BlockRange,
    BlockRef,
    EventPart,
    TokenTransfer,
    UnreadableEvent,
    UnreadablePart,
    content_of,
)

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak256 of ``Transfer(address,address,uint256)``."""
TOPICS = 3
"""The signature, the sender, the recipient."""
LOG_INDEX_MAX = 2**31 - 1
BLOCK_MAX = 2**63 - 1
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_TOPIC = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TransferLogs:
    """``contract`` is the token's address: 0x and 40 hexadecimal digits in lower case."""

    contract: str

    def read(
        self, logs: Sequence[Any], asked: BlockRange
    ) -> tuple[list[TokenTransfer], list[UnreadableEvent]]:
        """The transfers and the unreadable events of a listing of ``asked``.

        Raises ValueError for a log that belongs to another question, TypeError unless ``logs`` is a
        list.
        """
        if not isinstance(logs, list):
            raise TypeError("logs must be a list")
        transfers, unreadable = [], []
        for log in logs:
            try:
                self._require_asked(log, asked)
                transfers.append(transfer_of(log))
            except UnreadablePart as error:
                unreadable.append(_unreadable(log, error.part))
        return transfers, unreadable

    def positions(self, logs: Sequence[Any]) -> dict[int, TokenTransfer]:
        """The token's readable transfers in the logs of one receipt, by position.

        Raises ValueError unless the indexes are consecutive, because positions would be wrong.
        """
        found: dict[int, TokenTransfer] = {}
        starts = set()
        for position, log in enumerate(logs):
            try:
                starts.add(_log_index(log) - position)
                if self._is_token_transfer(log):
                    found[position] = transfer_of(log)
            except UnreadablePart:
                continue
        if len(starts) > 1:
            raise ValueError("logs of a receipt must have consecutive indexes")
        return found

    def _require_asked(self, log: Any, asked: BlockRange) -> None:
        """Raises ValueError for another question's log, UnreadablePart if that cannot be seen."""
        if not self._is_token_transfer(log) or log.get("removed"):
            raise ValueError("log is not a Transfer event of the configured token")
        if _block_number(log) not in asked:
            raise ValueError("log is in a block outside of the requested range")

    def _is_token_transfer(self, log: Any) -> bool:
        """Raises UnreadablePart if contract or event are malformed."""
        address, topics = _lower(log, "address"), _part(log, "topics")
        signature = _lower(dict(enumerate(topics)), 0) if isinstance(topics, list) else ""
        if not (_ADDRESS.fullmatch(address) and _TOPIC.fullmatch(signature)):
            raise UnreadablePart(EventPart.FORM)
        return address == self.contract and signature == TRANSFER


def transfer_of(log: Mapping[str, Any]) -> TokenTransfer:
    """The transfer of a Transfer event. Raises UnreadablePart."""
    topics = log["topics"]
    if len(topics) != TOPICS:
        raise UnreadablePart(EventPart.FORM)
    block = BlockRef(_block_number(log), parse_event_hash(log.get("blockHash"), EventPart.BLOCK))
    return TokenTransfer(
        transaction=parse_event_hash(log.get("transactionHash"), EventPart.TRANSACTION),
        block=block,
        log_index=_log_index(log),
        recipient=parse_address_word(topics[2]),
        amount_micro_usdt=parse_amount_word(log.get("data")),
    )


def _block_number(log: Mapping[str, Any]) -> int:
    return parse_quantity(log.get("blockNumber"), EventPart.BLOCK, BLOCK_MAX)


def _log_index(log: Any) -> int:
    return parse_quantity(_part(log, "logIndex"), EventPart.LOG_INDEX, LOG_INDEX_MAX)


def _part(log: Any, name: object) -> Any:
    """The value, or None if there is none, or if ``log`` is no object."""
    return log.get(name) if isinstance(log, Mapping) else None


def _lower(log: Any, name: object) -> str:
    """The text in lower case; empty if it is none."""
    value = _part(log, name)
    return value.lower() if isinstance(value, str) else ""


def _unreadable(log: Any, part: EventPart) -> UnreadableEvent:
    """The event with the parts of it that can be read."""
    parts: dict[str, Any] = {}
    readers: dict[str, Callable[[], object]] = {
        "block_number": lambda: _block_number(log),
        "transaction": lambda: parse_event_hash(log["transactionHash"], EventPart.TRANSACTION),
        "log_index": lambda: _log_index(log),
        "recipient": lambda: parse_address_word(log["topics"][2]),
    }
    for name, read in readers.items():
        try:
            parts[name] = read()
        except (ValueError, TypeError, LookupError, AttributeError):
            continue
    return UnreadableEvent(part, content_of(log), **parts)
