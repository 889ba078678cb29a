"""Aptos, through the REST API of its full nodes: https://aptos.dev/build/apis/fullnode-rest-api.

A ledger version takes the place of a block: it has one transaction, and is final when it is
committed. The accumulator's root hash of a version commits to all transactions up to it. Deposits
are ``0x1::fungible_asset::Deposit`` events, which name the receiving store but not its owner: the
store's address is derived from the owner's and the token's (``receives_at`` of the model).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests

from mara.wallets.adapters.deposit_events import block_of, read_events, version_of
from mara.wallets.adapters.redaction import CredentialRedactor
from mara.wallets.errors import ChainContradiction, ChainUnavailable
from mara.wallets.model import (
    AddressBalances,
    BlockRange,
    BlockRef,
    ChainHead,
    RangeTransfers,
    Receipt,
    Token,
    TokenTransfer,
    UnreadableEvent,
    parse_hash,
)

TIMEOUT_S = 10.0
"""Timeout of a request: to connect, and between two parts of the response."""
PAGE_SIZE = 100
"""Transactions per page; nodes return no more, and may return fewer."""
METADATA = "0x1::fungible_asset::Metadata"
NATIVE = "0x1::aptos_coin::AptosCoin"


class AptosChain:
    """Implements ``Chain``. ``token`` is the address of the token's metadata object, 32 bytes.

    An event does not name the token, so transfers are deposits to any store. Only stores whose
    address ``receives_at`` derives for a user count, and such an address cannot be forged.
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
        self._redact = CredentialRedactor(url, headers)
        self._listed: dict[str, Receipt] = {}

    @property
    def provider(self) -> str:
        """The provider's name, without credentials."""
        return self._provider

    def get_head(self, numbers: Collection[int]) -> ChainHead:
        """The latest version, which is final, and the hashes of the versions ``numbers``."""
        with self._decoding():
            version = int(self._get("")["ledger_version"])
            latest = self._block(version)
            if latest is None:
                raise ValueError("node lacks the version that it reports as its latest")
            return ChainHead(
                latest=latest,
                safe=version,
                final=version,
                hashes={number: self._hash(number, latest) for number in numbers},
            )

    def get_transfers(self, ranges: Sequence[BlockRange]) -> Sequence[RangeTransfers]:
        """The Deposit events in each range, read page by page."""
        self._listed = {}
        with self._decoding():
            return [self._read_range(asked) for asked in ranges]

    def get_receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        """The receipt of each transaction; those of the last listing need no request."""
        with self._decoding():
            return {name: self._listed.get(name) or self._receipt(name) for name in transactions}

    def get_token(self) -> Token:
        """Symbol and decimals of the metadata object."""
        with self._decoding():
            (symbol,) = self._view("0x1::fungible_asset::symbol", [METADATA], [self._token])
            (decimals,) = self._view("0x1::fungible_asset::decimals", [METADATA], [self._token])
            return Token(str(symbol), int(decimals))

    def get_balances(self, address: bytes) -> AddressBalances:
        """The token's and the native balance after the latest version."""
        with self._decoding():
            version = int(self._get("")["ledger_version"])
            block = self._block(version)
            if block is None:
                raise ValueError("node lacks the version that it reports as its latest")
            owner = "0x" + address.hex()
            (held,) = self._view(
                "0x1::primary_fungible_store::balance", [METADATA], [owner, self._token], version
            )
            (native,) = self._view("0x1::coin::balance", [NATIVE], [owner], version)
            return AddressBalances(block, token_micro_usdt=int(held), native=int(native))

    def _read_range(self, asked: BlockRange) -> RangeTransfers:
        """A page may have fewer transactions than requested, so its length sets the next start."""
        transfers: list[TokenTransfer] = []
        unreadable: list[UnreadableEvent] = []
        last: Mapping[str, Any] = {}
        expected = asked.first
        while expected <= asked.last:
            limit = min(PAGE_SIZE, asked.last - expected + 1)
            page = self._get("/transactions", start=expected, limit=limit)
            if not page:
                break  # the node is behind: the last block of the range is not available yet
            for last in page:
                if version_of(last) != expected:
                    raise ValueError("versions must be consecutive")
                found, passed = read_events(last)
                if found:
                    # Requesting each receipt would let many small deposits (dust) stall the scan.
                    name = parse_hash(last["hash"])
                    self._listed[name] = Receipt(name, block_of(last), True, found)
                transfers += found.values()
                unreadable += passed
                expected += 1
        hash_ = block_of(last).hash if expected > asked.last else None
        # Every version that a node lists is committed, and so final.
        final = expected - 1 if last else 0
        return RangeTransfers(asked, hash_, final, transfers, unreadable)

    def _receipt(self, name: str) -> Receipt | None:
        transaction = self._get(f"/transactions/by_hash/{name}", missing=None)
        if transaction is None or transaction["type"] == "pending_transaction":
            return None
        transfers, _ = read_events(transaction)
        return Receipt(name, block_of(transaction), transaction["success"], transfers)

    def _hash(self, number: int, latest: BlockRef) -> str | None:
        if number == latest.number:
            return latest.hash
        block = self._block(number)
        return block.hash if block else None

    def _block(self, version: int) -> BlockRef | None:
        transaction = self._get(f"/transactions/by_version/{version}", missing=None)
        return block_of(transaction) if transaction else None

    def _view(
        self, function: str, types: list[str], arguments: list[str], version: int | None = None
    ) -> Any:
        body = {"function": function, "type_arguments": types, "arguments": arguments}
        parameters = {} if version is None else {"ledger_version": version}
        return self._send("POST", "/view", parameters, body)

    def _get(self, path: str, *, missing: Any = ..., **parameters: int) -> Any:
        """``missing`` is returned for status 404; without it, 404 raises ChainUnavailable."""
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
            said = answer.json(parse_int=str)  # int() refuses more than 4300 digits
        except (requests.RequestException, ValueError, RecursionError) as error:
            # The error's text is left out: it contains the URL, and so the key.
            raise ChainUnavailable(f"{self._provider}: {type(error).__name__}.") from None
        if answer.status_code == requests.codes.not_found and missing is not ...:
            return missing
        if answer.status_code != requests.codes.ok:
            code = said.get("error_code") if isinstance(said, dict) else None
            raise ChainUnavailable(
                f"{self._provider}: {answer.status_code} {self._redact(str(code))}."
            )
        return said

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        """Raises ChainContradiction for a response that does not have the specified form."""
        try:
            yield
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            OverflowError,  # int() of an infinite number
        ) as error:
            raise ChainContradiction(
                f"{self._provider} returns an invalid result: {type(error).__name__}."
            ) from error
