"""POST /api/v1/auth/api-keys - create an API key; only this response contains its secret.

The key is sent as `X-API-Key`, or as a bearer token. It may do what its scopes allow, and a user
has at most 50 keys.
"""

from mara.auth.schemas import ApiKeyIn, NewApiKeyOut
from mara.entrypoints.http import USER, Form, Replay, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.auth import api_key_service


def check(form: Form) -> None:
    api_key_service().check(form.fields.get("expires_at"))


app = api(access=USER, replay=Replay.REFUSAL, form_check=check)


@app.post("/api/v1/auth/api-keys", status_code=201)
async def create_api_key(body: ApiKeyIn, caller: Caller) -> NewApiKeyOut:
    key, secret = api_key_service().create(
        caller, name=body.name, scopes=body.scopes, expires_at=body.expires_at
    )
    return NewApiKeyOut.with_secret(key, secret)


handler = lambda_handler(app)
