"""POST /api/v1/wallets/generate - create the caller's wallet on a network.

A wallet that exists already is returned with the status 200. The keys of the wallet never leave the
vault.
"""

from http import HTTPStatus

from fastapi import Response

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wallets.schemas import WalletIn, WalletOut
from mara.wiring.vault import vault_service
from mara.wiring.wallets import deposit_rules, wallet_creation_service

app = api(access=USER)


@app.post(
    "/api/v1/wallets/generate",
    status_code=201,
    responses={200: {"model": WalletOut, "description": "The wallet existed already."}},
)
async def generate_wallet(body: WalletIn, response: Response, caller: Caller) -> WalletOut:
    wallet, is_new = wallet_creation_service(vault_service()).create(caller, body.network)
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return WalletOut.of(wallet, deposit_rules())


handler = lambda_handler(app)
