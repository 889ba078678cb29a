"""Simulates Tron's ``/jsonrpc``, with its limits and errors, in front of a development chain.

A Tron node (java-tron) and TronGrid reject logs of more than 5000 blocks, state of any block but
the latest, the tag ``safe``, and requests above the API key's rate limit.
"""

import argparse
import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

BLOCKS_MAX = 5000
KEY_HEADER = "TRON-PRO-API-KEY"
INVALID_PARAMETERS = -32602
STATE_METHODS = {"eth_call": 1, "eth_getBalance": 1}
"""The position of the block parameter of each method."""


@dataclass
class SimulatedTron:
    """``node`` is the URL behind it; after ``requests_left`` requests, the status is 429."""

    node: str
    key: str | None = None
    requests_left: int | None = None
    blocks_max: int = BLOCKS_MAX

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(routes=[Route("/jsonrpc", self.answer, methods=["POST"])])

    async def answer(self, request: Request) -> Response:
        """Check key and rate limit, and forward the calls that Tron supports."""
        if self.key is not None and request.headers.get(KEY_HEADER) != self.key:
            return JSONResponse({"Error": "ApiKey not exists"}, status_code=401)
        if self.requests_left is not None:
            if self.requests_left == 0:
                return JSONResponse({"Error": "The key exceeds the frequency limit"}, 429)
            self.requests_left -= 1
        asked = json.loads(await request.body())
        async with httpx.AsyncClient(trust_env=False) as client:
            if isinstance(asked, list):
                said = await asyncio.gather(*(self._one(client, one) for one in asked))
                return JSONResponse(list(said))
            return JSONResponse(await self._one(client, asked))

    async def _one(self, client: httpx.AsyncClient, asked: Mapping[str, Any]) -> Any:
        refusal = self._refusal(asked["method"], asked.get("params", []))
        if refusal:
            error = {"code": INVALID_PARAMETERS, "message": refusal}
            return {"jsonrpc": "2.0", "id": asked["id"], "error": error}
        return (await client.post(self.node, json=asked)).json()

    def _refusal(self, method: str, parameters: list[Any]) -> str | None:
        if method == "eth_getLogs":
            wanted = parameters[0]
            first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
            if last - first >= self.blocks_max:
                return f"exceed max block range: {self.blocks_max}"
        if method in STATE_METHODS and parameters[STATE_METHODS[method]] != "latest":
            return "QUANTITY not supported, just support TAG as latest"
        if method == "eth_getBlockByNumber" and parameters[0] in ("safe", "pending"):
            return f"TAG {parameters[0]} not supported"
        return None


def main() -> None:
    """Serve on loopback until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--node", required=True)
    options = parser.parse_args()
    app = SimulatedTron(options.node).app()
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
