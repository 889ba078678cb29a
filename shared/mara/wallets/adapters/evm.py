"""Chains that speak Ethereum's JSON-RPC: Arbitrum, and Tron through its nodes' ``/jsonrpc``.

Methods and their answers: https://ethereum.org/developers/docs/apis/json-rpc, and for Tron
https://developers.tron.network/reference/json-rpc-api. The transfers are those of ERC-20 (EIP-20).
Every method of the port is one HTTP request, a batch as JSON-RPC 2.0 has it (section 6), or several
where the batch would be too large.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import requests
from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from web3 import HTTPProvider
from web3.types import RPCEndpoint

from mara.wallets.adapters.masking import KeyMask
from mara.wallets.errors import ChainContradiction, ChainUnavailable, RangeRefused
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
BATCH_MAX = 100
"""Calls in one request; the strictest providers take no more."""
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak256 of ``Transfer(address,address,uint256)``."""
LOGS = "eth_getLogs"
DECIMALS_OF = "0x313ce567"
SYMBOL_OF = "0x95d89b41"
BALANCE_OF = "0x70a08231"
AMOUNT_MAX = 2**63 - 1
"""micro-USDT; more than that is no USDT, of which there are some 10**17."""
LOG_INDEX_MAX = 2**31 - 1

REFUSALS = ("range", "more than", "too many", "response size", "limited to", "logs matched")
"""What providers say of too many blocks or logs; none has a code of its own for it."""
TOO_MANY_REQUESTS = ("rate", "requests per")

Call = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class EvmDialect:
    """In what networks differ. Tron has no ``safe``, and reads state at its last block only."""

    safe_tag: str = "safe"
    reads_past_state: bool = True


ARBITRUM = EvmDialect()
TRON = EvmDialect(safe_tag="finalized", reads_past_state=False)


class EvmChain:
    """``contract`` is the token's, 20 bytes. ``headers`` may carry a provider's key."""

    def __init__(  # noqa: PLR0913 - all by name, but for what tells providers apart
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
        self._mask = KeyMask(url, headers)
        self._rpc = HTTPProvider(
            url,
            request_kwargs={
                "timeout": timeout_s,
                "headers": {"Content-Type": "application/json", **(headers or {})},
            },
            exception_retry_configuration=None,
        )

    @property
    def provider(self) -> str:
        return self._provider

    def look(self, numbers: Collection[int]) -> Look:
        asked = sorted(set(numbers))
        tags = ["latest", self._dialect.safe_tag, "finalized", *map(hex, asked)]
        latest, safe, final, *blocks = self._ask([_block_by(tag) for tag in tags])
        with self._reading():
            return Look(
                latest=_block(latest),
                safe=_number_or_0(safe),
                final=_number_or_0(final),
                hashes={
                    number: _hash_at(number, block)
                    for number, block in zip(asked, blocks, strict=True)
                },
            )

    def read(self, ranges: Sequence[BlockRange]) -> Sequence[Reading]:
        calls = [_block_by("finalized")]
        for asked in ranges:
            calls += [self._logs_of(asked), _block_by(hex(asked.last))]
        final, *answers = self._ask(calls)
        with self._reading():
            return [
                Reading(
                    asked,
                    _hash_at(asked.last, last),
                    _number_or_0(final),
                    [self._transfer(log, asked) for log in logs],
                )
                for asked, logs, last in zip(ranges, answers[::2], answers[1::2], strict=True)
            ]

    def receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        asked = sorted(transactions)
        answers = self._ask([("eth_getTransactionReceipt", [name]) for name in asked])
        with self._reading():
            return {
                name: self._receipt(name, answer) if answer else None
                for name, answer in zip(asked, answers, strict=True)
            }

    def token(self) -> Token:
        decimals, symbol = self._ask(
            [self._view(DECIMALS_OF, "latest"), self._view(SYMBOL_OF, "latest")]
        )
        with self._reading():
            (name,) = decode(["string"], bytes.fromhex(symbol[2:]))
            return Token(name, int(decimals, 16))

    def balances(self, address: bytes) -> Balances:
        (latest,) = self._ask([_block_by("latest")])
        with self._reading():
            block = _block(latest)
        at = hex(block.number) if self._dialect.reads_past_state else "latest"
        holder = "0x" + address.hex()
        token, native = self._ask(
            [
                self._view(BALANCE_OF + address.hex().rjust(64, "0"), at),
                ("eth_getBalance", [holder, at]),
            ]
        )
        with self._reading():
            return Balances(block, token_micro_usdt=int(token, 16), native=int(native, 16))

    def _logs_of(self, asked: BlockRange) -> Call:
        wanted = {
            "address": self._contract,
            "topics": [TRANSFER],
            "fromBlock": hex(asked.first),
            "toBlock": hex(asked.last),
        }
        return LOGS, [wanted]

    def _view(self, data: str, at: str) -> Call:
        return "eth_call", [{"to": self._contract, "data": data}, at]

    def _transfer(self, log: Mapping[str, Any], asked: BlockRange | None = None) -> Transfer:
        """Raises ValueError for what is no transfer of our token, or not in ``asked``."""
        if not self._is_ours(log) or log.get("removed"):
            raise ValueError("That is no transfer of the token.")
        amount = int(log["data"], 16)
        if amount > AMOUNT_MAX:
            raise ValueError("That is more of the token than there is.")
        log_index = int(log["logIndex"], 16)
        if not 0 <= log_index <= LOG_INDEX_MAX:
            raise ValueError("There are not so many logs in a block.")
        block = Block(int(log["blockNumber"], 16), parse_hash(log["blockHash"]))
        if asked is not None and block.number not in asked:
            raise ValueError("That is another block than was asked for.")
        return Transfer(
            transaction=parse_hash(log["transactionHash"]),
            block=block,
            log_index=log_index,
            recipient=bytes.fromhex(log["topics"][2][26:]),
            amount_micro_usdt=amount,
        )

    def _is_ours(self, log: Mapping[str, Any]) -> bool:
        topics = log["topics"]
        return (
            log["address"].lower() == self._contract
            and len(topics) == 3  # noqa: PLR2004 - the signature, the sender, the recipient
            and topics[0] == TRANSFER
        )

    def _receipt(self, name: str, answer: Mapping[str, Any]) -> Receipt:
        """Raises ValueError where a log is missing among the others, which gives them positions."""
        indexes = [int(log["logIndex"], 16) for log in answer["logs"]]
        if any(later != before + 1 for before, later in pairwise(indexes)):
            raise ValueError("The logs of a transaction follow each other.")
        return Receipt(
            transaction=name,
            block=Block(int(answer["blockNumber"], 16), parse_hash(answer["blockHash"])),
            succeeded=answer["status"] == "0x1",
            transfers={
                position: self._transfer(log)
                for position, log in enumerate(answer["logs"])
                if self._is_ours(log)
            },
        )

    def _ask(self, calls: Sequence[Call]) -> list[Any]:
        """The results, in order. Raises ChainUnavailable; of lists of logs RangeRefused too."""
        batches = range(0, len(calls), BATCH_MAX)
        return [one for at in batches for one in self._ask_at_once(calls[at : at + BATCH_MAX])]

    def _ask_at_once(self, calls: Sequence[Call]) -> list[Any]:
        batch = [(RPCEndpoint(method), parameters) for method, parameters in calls]
        try:
            answers = self._rpc.make_batch_request(batch)
        except (requests.RequestException, ValueError, TypeError, KeyError) as error:
            # Not its text: that holds the address, and so the key.
            raise ChainUnavailable(f"{self._provider}: {type(error).__name__}.") from None
        if not isinstance(answers, list):
            raise self._refusal(answers, calls)
        if len(answers) != len(calls):
            raise ChainContradiction(f"{self._provider} answers less than was asked.")
        for answer in answers:
            # Some say ``"result": null`` beside their error, which is not "there is none".
            if answer.get("error") or "result" not in answer:
                raise self._refusal(answer, calls)
        self._check_order([answer.get("id") for answer in answers])
        return [answer["result"] for answer in answers]

    def _check_order(self, ids: Sequence[object]) -> None:
        """Raises ChainContradiction where which answer is whose was but guessed.

        They are sorted by ids that count up, unless one has none, or has it in another spelling.
        """
        first = ids[0] if ids else None
        if not isinstance(first, int) or list(ids) != list(range(first, first + len(ids))):
            raise ChainContradiction(f"{self._provider} does not tell which answer is whose.")

    def _refusal(self, answer: Any, calls: Sequence[Call]) -> ChainUnavailable:
        """Where no logs were asked for, asking for fewer of them would not help."""
        error = answer.get("error") if isinstance(answer, dict) else None
        said = str(error.get("message", "") if isinstance(error, dict) else error or "")
        message = self._mask(said)
        text = message.lower()
        limited = any(word in text for word in TOO_MANY_REQUESTS)
        lists = any(method == LOGS for method, _ in calls)
        refused = lists and any(word in text for word in REFUSALS) and not limited
        kind = RangeRefused if refused else ChainUnavailable
        return kind(f"{self._provider}: {message[:200] or 'no result'}")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Raises ChainContradiction for an answer that is not what the method promises."""
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
                f"{self._provider} answers what cannot be read: {type(error).__name__}."
            ) from error


def _block_by(tag: str) -> Call:
    return "eth_getBlockByNumber", [tag, False]


def _block(answer: Any) -> Block:
    return Block(int(answer["number"], 16), parse_hash(answer["hash"]))


def _hash_at(number: int, answer: Any) -> str | None:
    """Raises ValueError for another block than the one that was asked for."""
    if not answer:
        return None
    block = _block(answer)
    if block.number != number:
        raise ValueError("That is another block than was asked for.")
    return block.hash


def _number_or_0(answer: Any) -> int:
    """Of a tag that a young chain does not have yet."""
    return _block(answer).number if answer else 0
