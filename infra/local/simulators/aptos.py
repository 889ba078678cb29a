"""Simulates an Aptos full node for deposits: its REST API and errors over a simulated ledger.

Responses and errors follow https://aptos.dev/build/apis/fullnode-rest-api: pages of at most 100
transactions, pruned versions, failed transactions. Signatures are not verified.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from infra.local.simulators.aptos_ledger import USDT, ApiError, Ledger, hexed, store_of

__all__ = ["USDT", "ApiError", "Ledger", "make_app"]

PAGE_DEFAULT = 25
CHAIN_ID = 4


def make_app(ledger: Ledger) -> Starlette:
    """The API under ``/v1``, and ``/pay`` to send test USDT."""

    async def index(_: Request) -> JSONResponse:
        return JSONResponse(_index(ledger))

    async def transactions(request: Request) -> JSONResponse:
        limit = _number(request, "limit", PAGE_DEFAULT)
        if limit == 0:
            raise ApiError(400, "invalid_input", "Given limit value (0) must not be zero")
        last_page = max(ledger.pruned_below, ledger.version - limit + 1)
        return JSONResponse(ledger.page(_number(request, "start", last_page), limit))

    async def by_version(request: Request) -> JSONResponse:
        return JSONResponse(ledger.at(int(request.path_params["version"])))

    async def by_hash(request: Request) -> JSONResponse:
        return JSONResponse(ledger.by_hash(request.path_params["name"]))

    async def view(request: Request) -> JSONResponse:
        return JSONResponse([_view(ledger, await request.json())])

    async def pay(request: Request) -> JSONResponse:
        asked = await request.json()
        owner = bytes.fromhex(asked["address"].removeprefix("0x").rjust(64, "0"))
        return JSONResponse({"transaction": ledger.pay([(owner, int(asked["amount"]))])})

    return Starlette(
        routes=[
            Route("/v1", index),
            Route("/v1/transactions", transactions),
            Route("/v1/transactions/by_version/{version:int}", by_version),
            Route("/v1/transactions/by_hash/{name}", by_hash),
            Route("/v1/view", view, methods=["POST"]),
            Route("/pay", pay, methods=["POST"]),
        ],
        exception_handlers={ApiError: _refuse},
    )


def _index(ledger: Ledger) -> dict[str, Any]:
    return {
        "chain_id": CHAIN_ID,
        "epoch": "1",
        "ledger_version": str(ledger.version),
        "oldest_ledger_version": str(ledger.pruned_below),
        "ledger_timestamp": ledger.transactions[-1]["timestamp"],
        "node_role": "full_node",
        "oldest_block_height": "0",
        "block_height": str(ledger.version),
        "git_hash": "",
    }


def _view(ledger: Ledger, asked: Mapping[str, Any]) -> Any:
    """Raises ApiError."""
    function, arguments = asked["function"], asked["arguments"]
    if function == "0x1::coin::balance":
        return "0"
    if function == "0x1::primary_fungible_store::balance":
        owner, token = (bytes.fromhex(text.removeprefix("0x").rjust(64, "0")) for text in arguments)
        return str(ledger.balances.get(hexed(store_of(owner, token)), 0))
    if arguments == ["0x" + USDT.hex()]:
        if function == "0x1::fungible_asset::symbol":
            return "USDT"
        if function == "0x1::fungible_asset::decimals":
            return 6
    raise ApiError(400, "invalid_input", f"{function} is not simulated")


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdigit():
        raise ApiError(400, "web_framework_error", f'failed to parse parameter "{name}"')
    return int(text)


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    status, code = (error.status, error.code) if isinstance(error, ApiError) else (500, "internal")
    body = {"message": str(error), "error_code": code, "vm_error_code": None}
    return JSONResponse(body, status_code=status)


def main() -> None:
    """Serve on loopback until SIGTERM; the ledger is stored in a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    options = parser.parse_args()
    app = make_app(Ledger(path=options.state))
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
