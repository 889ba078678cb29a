"""POST /api/v1/auth/password/forgot - send a token that resets the password, by mail.

The answer is the same whether or not there is an account with this address. The token is valid
once, for 30 minutes. At most three such mails go to one account in half an hour.
"""

from mara.auth.schemas.recovery import AcceptedOut, PasswordForgotten
from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.wiring.account_recovery import password_reset_service

app = api(access=PUBLIC, per_minute=5)


@app.post("/api/v1/auth/password/forgot", status_code=202)
async def request_password_reset(body: PasswordForgotten) -> AcceptedOut:
    password_reset_service().request(body.email)
    return AcceptedOut()


handler = lambda_handler(app)
