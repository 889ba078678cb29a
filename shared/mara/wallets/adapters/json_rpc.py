"""Ethereum JSON-RPC in batches: https://www.jsonrpc.org/specification#batch, with validation."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import requests

from mara.platform.recursion import recursion_limit_kept
from mara.wallets.adapters.redaction import CredentialRedactor
from mara.wallets.errors import ChainContradiction, ChainUnavailable, RangeRefused

with recursion_limit_kept():
    from web3 import HTTPProvider
    from web3.types import RPCEndpoint, RPCResponse

BATCH_MAX = 100
"""Calls per request; the strictest providers accept no more."""
GET_LOGS = "eth_getLogs"

RANGE_ERRORS = ("range", "more than", "too many", "response size", "limited to", "logs matched")
"""Parts of the messages for too many blocks or logs; there is no common error code."""
RATE_LIMIT_ERRORS = ("rate", "requests per")

INT_DIGITS_MAX = 100
UNREADABLE = (requests.RequestException, ValueError, TypeError, KeyError, RecursionError)
"""What a request raises that fails, or whose answer is no JSON of the expected shape."""

Call = tuple[str, list[Any]]
"""A method and its parameters."""


class LenientHttpProvider(HTTPProvider):
    """Decodes a response although one value in it is no valid text or number.

    ``int`` refuses a number of more than 4300 digits; it becomes a text, which no parser accepts.
    """

    @staticmethod
    def decode_rpc_response(raw_response: bytes) -> RPCResponse:
        """Raises ValueError if it is not JSON."""
        text = raw_response.decode("utf-8", "replace")
        return cast("RPCResponse", json.loads(text, parse_int=_int_or_text))


class JsonRpcClient:
    """Sends batches to one provider; credentials never appear in its errors."""

    def __init__(
        self, provider: str, url: str, *, headers: Mapping[str, str] | None, timeout_s: float
    ) -> None:
        self._provider = provider
        self._redact = CredentialRedactor(url, headers)
        self._http = LenientHttpProvider(
            url,
            request_kwargs={
                "timeout": timeout_s,
                "headers": {"Content-Type": "application/json", **(headers or {})},
            },
            exception_retry_configuration=None,
        )

    def call(self, calls: Sequence[Call]) -> list[Any]:
        """The results, in order, in batches of at most ``BATCH_MAX`` calls.

        Raises ChainUnavailable, ChainContradiction, and RangeRefused for ``eth_getLogs``.
        """
        starts = range(0, len(calls), BATCH_MAX)
        return [one for at in starts for one in self._call_batch(calls[at : at + BATCH_MAX])]

    def _call_batch(self, calls: Sequence[Call]) -> list[Any]:
        batch = [(RPCEndpoint(method), parameters) for method, parameters in calls]
        try:
            answers = self._http.make_batch_request(batch)
        except UNREADABLE as error:
            # The error's text is left out: it contains the URL, and so the key.
            raise ChainUnavailable(f"{self._provider}: {type(error).__name__}.") from None
        if not isinstance(answers, list):
            raise self._error_of(answers, calls)
        if len(answers) != len(calls):
            raise ChainContradiction(f"{self._provider} answers fewer calls than were sent.")
        for answer in answers:
            # Some providers send ``"result": null`` beside an error; that is not an empty result.
            if answer.get("error") or "result" not in answer:
                raise self._error_of(answer, calls)
        self._check_order([answer.get("id") for answer in answers])
        return [answer["result"] for answer in answers]

    def _check_order(self, ids: Sequence[object]) -> None:
        """Raises ChainContradiction unless the ids assign every answer to a call.

        The answers are sorted by id, and ids are consecutive, unless one is missing or invalid.
        """
        first = ids[0] if ids else None
        if not isinstance(first, int) or list(ids) != list(range(first, first + len(ids))):
            raise ChainContradiction(f"{self._provider} returns answers without valid ids.")

    def _error_of(self, answer: Any, calls: Sequence[Call]) -> ChainUnavailable:
        """RangeRefused only if logs were requested: otherwise a smaller range does not help."""
        error = answer.get("error") if isinstance(answer, dict) else None
        said = str(error.get("message", "") if isinstance(error, dict) else error or "")
        message = self._redact(said)
        text = message.lower()
        rate_limited = any(word in text for word in RATE_LIMIT_ERRORS)
        lists_logs = any(method == GET_LOGS for method, _ in calls)
        refused = lists_logs and any(word in text for word in RANGE_ERRORS) and not rate_limited
        kind = RangeRefused if refused else ChainUnavailable
        return kind(f"{self._provider}: {message[:200] or 'no result'}")


def _int_or_text(digits: str) -> int | str:
    return int(digits) if len(digits) <= INT_DIGITS_MAX else digits
