"""Chains with Ethereum's JSON-RPC: Arbitrum, and Tron through its nodes' ``/jsonrpc``.

Methods and results: https://ethereum.org/developers/docs/apis/json-rpc, and for Tron
https://developers.tron.network/reference/json-rpc-api. Transfers are events of ERC-20 (EIP-20).
Every method of the port sends one batch request, or several if the batch would be too large.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from mara.wallets.adapters.json_rpc import GET_LOGS, Call, JsonRpcClient
from mara.wallets.adapters.transfer_logs import TRANSFER, TransferLogs
from mara.wallets.errors import ChainContradiction
from mara.wallets.model import (
    AddressBalances,
    BlockRange,
    BlockRef,
    ChainHead,
    RangeTransfers,
    Receipt,
    Token,
    parse_hash,
)

TIMEOUT_S = 10.0
"""Timeout of a request: to connect, and between two parts of the response."""
DECIMALS_OF = "0x313ce567"
SYMBOL_OF = "0x95d89b41"
BALANCE_OF = "0x70a08231"


@dataclass(frozen=True, slots=True)
class EvmDialect:
    """Differences between networks. Tron has no ``safe`` tag, and no state of past blocks."""

    safe_tag: str = "safe"
    reads_past_state: bool = True


ARBITRUM = EvmDialect()
TRON = EvmDialect(safe_tag="finalized", reads_past_state=False)


class EvmChain:
    """Implements ``Chain``. ``contract`` is the token's address, 20 bytes.

    ``headers`` may contain the provider's API key; ``timeout_s`` applies to each request.
    """

    def __init__(  # noqa: PLR0913 - keyword-only, except for the provider's identity
        self,
        provider: str,
        url: str,
        *,
        contract: bytes,
        dialect: EvmDialect = ARBITRUM,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._provider = provider
        self._contract = "0x" + contract.hex()
        self._dialect = dialect
        self._logs = TransferLogs(self._contract)
        self._rpc = JsonRpcClient(provider, url, headers=headers, timeout_s=timeout_s)

    @property
    def provider(self) -> str:
        """The provider's name, without credentials."""
        return self._provider

    def get_head(self, numbers: Collection[int]) -> ChainHead:
        """The latest, safe and finalized blocks, and the hashes of the blocks ``numbers``."""
        asked = sorted(set(numbers))
        tags = ["latest", self._dialect.safe_tag, "finalized", *map(hex, asked)]
        latest, safe, final, *blocks = self._rpc.call([_block_by(tag) for tag in tags])
        with self._decoding():
            return ChainHead(
                latest=_block(latest),
                safe=_number_or_0(safe),
                final=_number_or_0(final),
                hashes={
                    number: _hash_at(number, block)
                    for number, block in zip(asked, blocks, strict=True)
                },
            )

    def get_transfers(self, ranges: Sequence[BlockRange]) -> Sequence[RangeTransfers]:
        """The Transfer events of the contract in each range. Raises RangeRefused."""
        calls = [_block_by("finalized")]
        for asked in ranges:
            calls += [self._logs_of(asked), _block_by(hex(asked.last))]
        final, *answers = self._rpc.call(calls)
        with self._decoding():
            return [
                RangeTransfers(
                    asked,
                    _hash_at(asked.last, last),
                    _number_or_0(final),
                    *self._logs.read(logs, asked),
                )
                for asked, logs, last in zip(ranges, answers[::2], answers[1::2], strict=True)
            ]

    def get_receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        """The receipt of each transaction; None if no block contains it."""
        asked = sorted(transactions)
        answers = self._rpc.call([("eth_getTransactionReceipt", [name]) for name in asked])
        with self._decoding():
            return {
                name: self._receipt(name, answer) if answer else None
                for name, answer in zip(asked, answers, strict=True)
            }

    def get_token(self) -> Token:
        """``symbol()`` and ``decimals()`` of the contract (EIP-20)."""
        decimals, symbol = self._rpc.call(
            [self._view(DECIMALS_OF, "latest"), self._view(SYMBOL_OF, "latest")]
        )
        with self._decoding():
            (name,) = decode(["string"], bytes.fromhex(symbol[2:]))
            return Token(name, int(decimals, 16))

    def get_balances(self, address: bytes) -> AddressBalances:
        """The token's and the native balance after the latest block."""
        (latest,) = self._rpc.call([_block_by("latest")])
        with self._decoding():
            block = _block(latest)
        at = hex(block.number) if self._dialect.reads_past_state else "latest"
        holder = "0x" + address.hex()
        token, native = self._rpc.call(
            [
                self._view(BALANCE_OF + address.hex().rjust(64, "0"), at),
                ("eth_getBalance", [holder, at]),
            ]
        )
        with self._decoding():
            return AddressBalances(block, token_micro_usdt=int(token, 16), native=int(native, 16))

    def _logs_of(self, asked: BlockRange) -> Call:
        wanted = {
            "address": self._contract,
            "topics": [TRANSFER],
            "fromBlock": hex(asked.first),
            "toBlock": hex(asked.last),
        }
        return GET_LOGS, [wanted]

    def _view(self, data: str, at: str) -> Call:
        return "eth_call", [{"to": self._contract, "data": data}, at]

    def _receipt(self, name: str, answer: Mapping[str, Any]) -> Receipt:
        return Receipt(
            transaction=name,
            block=BlockRef(int(answer["blockNumber"], 16), parse_hash(answer["blockHash"])),
            succeeded=answer["status"] == "0x1",
            transfers=self._logs.positions(answer["logs"]),
        )

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        """Raises ChainContradiction for a result that does not have the specified form."""
        try:
            yield
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            DecodingError,
        ) as error:
            raise ChainContradiction(
                f"{self._provider} returns an invalid result: {type(error).__name__}."
            ) from error


def _block_by(tag: str) -> Call:
    return "eth_getBlockByNumber", [tag, False]


def _block(answer: Any) -> BlockRef:
    return BlockRef(int(answer["number"], 16), parse_hash(answer["hash"]))


def _hash_at(number: int, answer: Any) -> str | None:
    """The block's hash, or None if there is no such block. Raises ValueError for another block."""
    if not answer:
        return None
    block = _block(answer)
    if block.number != number:
        raise ValueError("result is another block than the requested one")
    return block.hash


def _number_or_0(answer: Any) -> int:
    """The block's number; 0 if the tag does not exist yet, on a new chain."""
    return _block(answer).number if answer else 0
