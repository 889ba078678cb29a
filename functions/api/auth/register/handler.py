"""POST /api/v1/auth/register - create an account.

The account can log in at once. Its e-mail address is its login.
"""

from mara.auth.schemas import RegisteredOut, RegisterRequest
from mara.entrypoints.http import PUBLIC, Form, api, lambda_handler
from mara.wiring.auth import registration_service

WORDS_ABOUT = ("email", "full_name", "first_name", "last_name", "company")


def check(form: Form) -> None:
    about = [form.fields.get(name) or "" for name in WORDS_ABOUT]
    registration_service().check(form.fields.get("email"), form.secret("password"), about)


app = api(access=PUBLIC, form_check=check)


@app.post("/api/v1/auth/register", status_code=201)
async def register(body: RegisterRequest) -> RegisteredOut:
    user = registration_service().register(
        email=body.email,
        password=body.password.get_secret_value(),
        profile=body.to_profile(),
    )
    return RegisteredOut.of(user)


handler = lambda_handler(app)
