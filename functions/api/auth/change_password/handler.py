"""POST /api/v1/auth/password - change the password, and revoke all other sessions.

The session of this request stays. Its current password is checked, and wrong ones count towards the
lock-out of logins.
"""

from mara.auth.schemas import PasswordChange
from mara.entrypoints.http import USER, Form, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.auth import password_service


def check(form: Form) -> None:
    password_service().check(form.caller, form.secret("new_password"))


app = api(access=USER, form_check=check)


@app.post("/api/v1/auth/password", status_code=204)
async def change_password(body: PasswordChange, caller: Caller) -> None:
    password_service().change(
        caller,
        old=body.old_password.get_secret_value(),
        new=body.new_password.get_secret_value(),
    )


handler = lambda_handler(app)
