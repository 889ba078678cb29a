"""POST /api/v1/auth/password/reset - set a new password with a token from a mail.

All sessions of the account end, and its address is confirmed. A password that is too easy to guess
leaves the token valid.
"""

from mara.auth.schemas.recovery import PasswordReset
from mara.entrypoints.http import PUBLIC, Form, api, lambda_handler
from mara.wiring.account_recovery import password_reset_service


def check(form: Form) -> None:
    password_reset_service().check(form.secret("token"), form.secret("new_password"))


app = api(access=PUBLIC, per_minute=10, form_check=check)


@app.post("/api/v1/auth/password/reset", status_code=204)
async def reset_password(body: PasswordReset) -> None:
    password_reset_service().reset(
        body.token.get_secret_value(), body.new_password.get_secret_value()
    )


handler = lambda_handler(app)
