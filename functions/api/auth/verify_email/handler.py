"""POST /api/v1/auth/email/verify - confirm an e-mail address with a token from a mail.

The token is valid once, for 24 hours.
"""

from mara.auth.schemas.recovery import MailTokenIn
from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.wiring.account_recovery import email_verification_service

app = api(access=PUBLIC, per_minute=10)


@app.post("/api/v1/auth/email/verify", status_code=204)
async def verify_email(body: MailTokenIn) -> None:
    email_verification_service().verify(body.token.get_secret_value())


handler = lambda_handler(app)
