"""Simulates the ledger of Aptos: committed transactions, balances of primary stores, pruning.

Transactions have the form of https://aptos.dev/build/apis/fullnode-rest-api. Signatures are not
verified.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE_MAX = 100
DEPOSIT = "0x1::fungible_asset::Deposit"
WITHDRAW = "0x1::fungible_asset::Withdraw"
FEE = "0x1::transaction_fee::FeeStatement"
USDT = hashlib.sha3_256(b"the test USDT of MARA").digest()
"""The address of the token's metadata object."""
BANK = hashlib.sha3_256(b"who has all of it").digest()


class ApiError(Exception):
    """An error response: ``{"message", "error_code", "vm_error_code"}``."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """``status`` is the HTTP status, ``code`` the ``error_code``."""
        super().__init__(message)
        self.status = status
        self.code = code


def store_of(owner: bytes, token: bytes = USDT) -> bytes:
    """The address of the owner's primary store (``object::create_user_derived_object_address``)."""
    return hashlib.sha3_256(owner + token + b"\xfc").digest()


def hexed(address: bytes) -> str:
    """An address in the form of nodes: without leading zeros."""
    return "0x" + (address.hex().lstrip("0") or "0")


@dataclass
class Ledger:
    """All transactions in order; the index in the list is the version."""

    transactions: list[dict[str, Any]] = field(default_factory=list)
    balances: dict[str, int] = field(default_factory=dict)
    pruned_below: int = 0
    path: Path | None = None
    """The file in which the ledger is stored; None keeps it in memory."""

    def __post_init__(self) -> None:
        """Load the ledger from its file if there is one, else commit a genesis transaction."""
        if self.path is not None and self.path.exists():
            kept = json.loads(self.path.read_text("utf-8"))
            self.transactions, self.balances = kept["transactions"], kept["balances"]
        if not self.transactions:
            self.commit([])

    @property
    def version(self) -> int:
        """The latest version."""
        return len(self.transactions) - 1

    def pay(
        self, payments: Sequence[tuple[bytes, int]], *, token: bytes = USDT, succeeds: bool = True
    ) -> str:
        """Commit one transaction with a transfer to each owner; its hash."""
        events = []
        for owner, amount in payments:
            store = hexed(store_of(owner, token))
            events.append(_event(WITHDRAW, {"amount": str(amount), "store": hexed(BANK)}))
            events.append(_event(DEPOSIT, {"amount": str(amount), "store": store}))
            if succeeds:
                self.balances[store] = self.balances.get(store, 0) + amount
        return self.commit(events, succeeds=succeeds)

    def commit(self, events: Sequence[Mapping[str, Any]], *, succeeds: bool = True) -> str:
        """Commit a transaction; its hash. A failed one is committed with its fee event only."""
        version = len(self.transactions)
        before = self.transactions[-1]["accumulator_root_hash"] if version else ""
        name = _hash(f"transaction {version} after {before}: {json.dumps(list(events))}")
        kept = [*events] if succeeds else []
        self.transactions.append(
            {
                "version": str(version),
                "hash": name,
                "state_change_hash": _hash(f"changes of {name}"),
                "event_root_hash": _hash(json.dumps(kept)),
                "state_checkpoint_hash": None,
                "gas_used": "7",
                "success": succeeds,
                "vm_status": "Executed successfully" if succeeds else "Move abort: 0x10004",
                "accumulator_root_hash": _hash(f"{before}{name}"),
                "changes": [],
                "sender": hexed(BANK),
                "sequence_number": str(version),
                "events": [*kept, _event(FEE, {"total_charge_gas_units": "7"})],
                "timestamp": str(int(datetime.now(UTC).timestamp() * 1_000_000)),
                "type": "user_transaction",
            }
        )
        self._keep()
        return name

    def at(self, version: int) -> dict[str, Any]:
        """The transaction of a version. Raises ApiError."""
        if version < self.pruned_below:
            raise ApiError(410, "version_pruned", f"Ledger version({version}) has been pruned")
        if version > self.version:
            message = f"Transaction not found by Ledger version({version})"
            raise ApiError(404, "transaction_not_found", message)
        return self.transactions[version]

    def page(self, start: int, limit: int) -> list[dict[str, Any]]:
        """Up to ``limit`` transactions from ``start`` on. Raises ApiError."""
        self.at(start)
        return self.transactions[start : start + min(limit, PAGE_MAX)]

    def by_hash(self, name: str) -> dict[str, Any]:
        """The transaction with this hash. Raises ApiError."""
        for transaction in self.transactions:
            if transaction["hash"] == name:
                return self.at(int(transaction["version"]))
        raise ApiError(
            404, "transaction_not_found", f"Transaction not found by Transaction hash({name})"
        )

    def _keep(self) -> None:
        if self.path is None:
            return
        staging = self.path.with_suffix(".new")
        kept = {"transactions": self.transactions, "balances": self.balances}
        staging.write_text(json.dumps(kept), "utf-8")
        staging.rename(self.path)


def _event(kind: str, data: Mapping[str, str]) -> dict[str, Any]:
    nowhere = {"creation_number": "0", "account_address": "0x0"}
    return {"guid": nowhere, "sequence_number": "0", "type": kind, "data": dict(data)}


def _hash(text: str) -> str:
    return "0x" + hashlib.sha3_256(text.encode()).hexdigest()
