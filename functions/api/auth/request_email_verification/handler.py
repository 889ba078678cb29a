"""POST /api/v1/auth/email/verification - send the mail that confirms the address again.

The first one follows the registration. An address that is confirmed already gets no mail. At most
five such mails go to one account in a day.
"""

from mara.auth.schemas.recovery import AcceptedOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.account_recovery import email_verification_service

app = api(access=USER, per_minute=5)


@app.post("/api/v1/auth/email/verification", status_code=202)
async def request_email_verification(caller: Caller) -> AcceptedOut:
    email_verification_service().request(caller)
    return AcceptedOut()


handler = lambda_handler(app)
