"""Aptos, through the REST API of its full nodes: https://aptos.dev/build/apis/fullnode-rest-api.

A version of the ledger stands for a block: each holds one transaction, and is final once it is
committed. The accumulator's root hash of a version commits to all transactions up to it. Deposits
are ``0x1::fungible_asset::Deposit`` events, which name the store that received, and no owner: whose
store that is follows from the owner's and the token's addresses (``receives_at`` of the model).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests

from mara.wallets.adapters.masking import KeyMask
from mara.wallets.errors import ChainContradiction, ChainUnavailable
from mara.wallets.model import (
    Balances,
    Block,
    BlockRange,
    Look,
    Reading,
    Receipt,
    Token,
    Transfer,
    parse_hash,
)

TIMEOUT_S = 10.0
"""Of a request, to connect and between two parts of the answer."""
PAGE = 100
"""Transactions; nodes give no more at once, and fewer without saying so."""
DEPOSIT = "0x1::fungible_asset::Deposit"
METADATA = "0x1::fungible_asset::Metadata"
NATIVE = "0x1::aptos_coin::AptosCoin"
AMOUNT_MAX = 2**63 - 1
ADDRESS_BYTES = 32


class AptosChain:
    """``token`` is the address of the token's metadata, 32 bytes.

    Which stores hold the token cannot be told from an event, so ``transfers`` are deposits to any
    store: only those that ``receives_at`` gives for our users are ours, and nobody can forge one.
    """

    def __init__(
        self,
        provider: str,
        url: str,
        *,
        token: bytes,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._provider = provider
        self._url = url.rstrip("/")
        self._token = "0x" + token.hex()
        self._timeout_s = timeout_s
        self._session = requests.Session()
        self._session.headers.update(headers or {})
        self._mask = KeyMask(url, headers)
        self._listed: dict[str, Receipt] = {}

    @property
    def provider(self) -> str:
        return self._provider

    def look(self, numbers: Collection[int]) -> Look:
        with self._reading():
            version = int(self._get("")["ledger_version"])
            latest = self._block(version)
            if latest is None:
                raise ValueError("A ledger has its own last version.")
            return Look(
                latest=latest,
                safe=version,
                final=version,
                hashes={number: self._hash(number, latest) for number in numbers},
            )

    def read(self, ranges: Sequence[BlockRange]) -> Sequence[Reading]:
        self._listed = {}
        with self._reading():
            return [self._read(asked) for asked in ranges]

    def receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        with self._reading():
            return {name: self._listed.get(name) or self._receipt(name) for name in transactions}

    def token(self) -> Token:
        with self._reading():
            (symbol,) = self._view("0x1::fungible_asset::symbol", [METADATA], [self._token])
            (decimals,) = self._view("0x1::fungible_asset::decimals", [METADATA], [self._token])
            return Token(str(symbol), int(decimals))

    def balances(self, address: bytes) -> Balances:
        with self._reading():
            version = int(self._get("")["ledger_version"])
            block = self._block(version)
            if block is None:
                raise ValueError("A ledger has its own last version.")
            owner = "0x" + address.hex()
            (held,) = self._view(
                "0x1::primary_fungible_store::balance", [METADATA], [owner, self._token], version
            )
            (native,) = self._view("0x1::coin::balance", [NATIVE], [owner], version)
            return Balances(block, token_micro_usdt=int(held), native=int(native))

    def _read(self, asked: BlockRange) -> Reading:
        """Page by page: a page may be shorter than was asked for, and says where it ends."""
        transfers: list[Transfer] = []
        last: Block | None = None
        expected = asked.first
        while expected <= asked.last:
            limit = min(PAGE, asked.last - expected + 1)
            page = self._get("/transactions", start=expected, limit=limit)
            if not page:
                break  # the node has not come so far: the range has no last block yet
            for transaction in page:
                last = _block_of(transaction)
                if last.number != expected:
                    raise ValueError("Versions must follow each other.")
                if found := _transfers_of(transaction):
                    # All of it was in the list, and asking for each would let dust stop the scan.
                    name = parse_hash(transaction["hash"])
                    self._listed[name] = Receipt(name, last, succeeded=True, transfers=found)
                transfers += found.values()
                expected += 1
        complete = last is not None and last.number == asked.last
        return Reading(
            asked, last.hash if last and complete else None, self._final(last), transfers
        )

    def _final(self, last: Block | None) -> int:
        """Whatever a node lists is committed."""
        return last.number if last else 0

    def _receipt(self, name: str) -> Receipt | None:
        transaction = self._get(f"/transactions/by_hash/{name}", missing=None)
        if transaction is None or transaction["type"] == "pending_transaction":
            return None
        return Receipt(
            name, _block_of(transaction), transaction["success"], _transfers_of(transaction)
        )

    def _hash(self, number: int, latest: Block) -> str | None:
        if number == latest.number:
            return latest.hash
        block = self._block(number)
        return block.hash if block else None

    def _block(self, version: int) -> Block | None:
        transaction = self._get(f"/transactions/by_version/{version}", missing=None)
        return _block_of(transaction) if transaction else None

    def _view(
        self, function: str, types: list[str], arguments: list[str], version: int | None = None
    ) -> Any:
        body = {"function": function, "type_arguments": types, "arguments": arguments}
        parameters = {} if version is None else {"ledger_version": version}
        return self._send("POST", "/view", parameters, body)

    def _get(self, path: str, *, missing: Any = ..., **parameters: int) -> Any:
        """``missing`` is returned where there is no such thing; without it, that is an error."""
        return self._send("GET", path, parameters, missing=missing)

    def _send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, int],
        body: dict[str, Any] | None = None,
        *,
        missing: Any = ...,
    ) -> Any:
        """Raises ChainUnavailable."""
        try:
            answer = self._session.request(
                method,
                self._url + path,
                params=dict(parameters),
                json=body,
                timeout=self._timeout_s,
            )
            said = answer.json()
        except (requests.RequestException, ValueError) as error:
            # Not its text: that holds the address, and so the key.
            raise ChainUnavailable(f"{self._provider}: {type(error).__name__}.") from None
        if answer.status_code == requests.codes.not_found and missing is not ...:
            return missing
        if answer.status_code != requests.codes.ok:
            code = said.get("error_code") if isinstance(said, dict) else None
            raise ChainUnavailable(
                f"{self._provider}: {answer.status_code} {self._mask(str(code))}."
            )
        return said

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Raises ChainContradiction for an answer that is not what the API promises."""
        try:
            yield
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            OverflowError,  # of an infinite number
        ) as error:
            raise ChainContradiction(
                f"{self._provider} answers what cannot be read: {type(error).__name__}."
            ) from error


def _block_of(transaction: Mapping[str, Any]) -> Block:
    return Block(int(transaction["version"]), parse_hash(transaction["accumulator_root_hash"]))


def _transfers_of(transaction: Mapping[str, Any]) -> dict[int, Transfer]:
    """More than AMOUNT_MAX of some token is possible, and is none of ours."""
    if transaction["success"] is not True:
        return {}
    return {
        position: Transfer(
            transaction=parse_hash(transaction["hash"]),
            block=_block_of(transaction),
            log_index=position,
            recipient=_address(event["data"]["store"]),
            amount_micro_usdt=int(event["data"]["amount"]),
        )
        for position, event in enumerate(transaction.get("events", ()))
        if event["type"] == DEPOSIT and int(event["data"]["amount"]) <= AMOUNT_MAX
    }


def _address(text: str) -> bytes:
    """Nodes leave out leading zeros."""
    return bytes.fromhex(text.removeprefix("0x").rjust(2 * ADDRESS_BYTES, "0"))
