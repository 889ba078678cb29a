"""DELETE /api/v1/users/me - erase the caller's account and all that is stored of it.

The account is closed at once: sessions and API keys end, and nothing can be added any more. The
rest is deleted within minutes and counted again 20 minutes later; the certificate goes to the
former e-mail address. Money on its way, and a balance that is not given up, are refused.
"""

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.erasure.schemas import ErasureIn, ErasureOut
from mara.wiring.erasure import erasure_requests

app = api(access=USER)


@app.delete("/api/v1/users/me", status_code=202)
async def erase_account(body: ErasureIn, caller: Caller) -> ErasureOut:
    password = body.password.get_secret_value()
    give_up = body.give_up_balance
    return ErasureOut.of(erasure_requests().request(caller, password, give_up_balance=give_up))


handler = lambda_handler(app)
