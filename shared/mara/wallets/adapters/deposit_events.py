"""Reads ``0x1::fungible_asset::Deposit`` events from transactions of Aptos.

Transactions have the form of https://aptos.dev/build/apis/fullnode-rest-api. An event names the
receiving store and not the token, so it is a deposit to any store. An event that cannot be read is
returned as UnreadableEvent, and its neighbours are read.
"""

from collections.abc import Mapping
from typing import Any

from mara.wallets.adapters.event_parts import parse_address, parse_amount, parse_event_hash
from mara.wallets.model import (
    BlockRef,
    EventPart,
    TokenTransfer,
    UnreadableEvent,
    UnreadablePart,
    content_of,
    parse_hash,
)

DEPOSIT = "0x1::fungible_asset::Deposit"


def version_of(transaction: Mapping[str, Any]) -> int:
    """The ledger version of a transaction. Raises ValueError, KeyError, TypeError."""
    return int(transaction["version"])


def block_of(transaction: Mapping[str, Any]) -> BlockRef:
    """The version, with the hash that commits to it. Raises ValueError, KeyError, TypeError."""
    return BlockRef(version_of(transaction), parse_hash(transaction["accumulator_root_hash"]))


def read_events(
    transaction: Mapping[str, Any],
) -> tuple[dict[int, TokenTransfer], list[UnreadableEvent]]:
    """The deposits by position, and the unreadable events; none if the transaction failed."""
    transfers: dict[int, TokenTransfer] = {}
    unreadable: list[UnreadableEvent] = []
    if transaction["success"] is not True:
        return transfers, unreadable
    events = transaction.get("events", [])
    if not isinstance(events, list):
        return transfers, [_unreadable(transaction, None, events, EventPart.FORM)]
    for position, event in enumerate(events):
        try:
            if _type_of(event) == DEPOSIT:
                transfers[position] = _transfer_of(transaction, position, event)
        except UnreadablePart as error:
            unreadable.append(_unreadable(transaction, position, event, error.part))
    return transfers, unreadable


def _type_of(event: Any) -> str:
    """Raises UnreadablePart."""
    kind = event.get("type") if isinstance(event, Mapping) else None
    if not isinstance(kind, str):
        raise UnreadablePart(EventPart.FORM)
    return kind


def _transfer_of(
    transaction: Mapping[str, Any], position: int, event: Mapping[str, Any]
) -> TokenTransfer:
    """Raises UnreadablePart.

    Raises ValueError for a transaction or block without a hash: the node names these, and no payer
    can, so the node is at fault and the range is refused.
    """
    data = event.get("data")
    if not isinstance(data, Mapping):
        raise UnreadablePart(EventPart.FORM)
    return TokenTransfer(
        transaction=parse_hash(transaction["hash"]),
        block=block_of(transaction),
        log_index=position,
        recipient=parse_address(data.get("store")),
        amount_micro_usdt=parse_amount(data.get("amount")),
    )


def _unreadable(
    transaction: Mapping[str, Any], position: int | None, event: Any, part: EventPart
) -> UnreadableEvent:
    return UnreadableEvent(
        part,
        content_of(event),
        block_number=version_of(transaction),
        transaction=_hash_or_none(transaction),
        log_index=position,
        recipient=_store_or_none(event),
        is_of_token=False,
    )


def _hash_or_none(transaction: Mapping[str, Any]) -> str | None:
    try:
        return parse_event_hash(transaction.get("hash"), EventPart.TRANSACTION)
    except UnreadablePart:
        return None


def _store_or_none(event: Any) -> bytes | None:
    try:
        return parse_address(event["data"]["store"])
    except (UnreadablePart, TypeError, LookupError):
        return None
