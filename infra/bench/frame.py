"""CPU of the HTTP frame beyond that of the libraries it uses, in one warm process.

Bare: Mangum and FastAPI with `async def`, a PyJWT check and a pydantic body. Frame: the same route
with strict token, tenant, permission, limit, idempotency check, problem documents, CORS and
security headers, and one log line. Both without a database: stand-ins return at once.
"""

import gc
import io
import json
import logging
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

ROUNDS = 15
CALLS = 300
PATH = "/api/v1/greetings"
SECRET = "vN3kqX8rTzW1mYc6PbLs9HdGfJ4aRu2E"  # noqa: S105 - used by this bench only

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class Context:
    """The part of Lambda's context object that the frame reads."""

    aws_request_id = "3f3c1b9e-6a4f-4a55-b1c4-0c9a6a6b1a11"
    function_name = "bench"


def run() -> None:
    """Print CPU per call of both, and their ratio. Raises RuntimeError if a call fails."""
    os.environ.update(
        MARA_STAGE="local",
        MARA_TOKEN_SECRETS=json.dumps({"k1": SECRET}),
        MARA_DATABASE_URL="postgresql://mara_app:unused@127.0.0.1:1/unused",
    )
    frame, token = _frame()
    bare = _bare()
    for handler in (bare, frame):
        answer = handler(_event(token), Context())
        if answer["statusCode"] != 200:  # noqa: PLR2004 - HTTP's OK
            raise RuntimeError(f"the bench is broken: {answer}")
    best = {"bare": float("inf"), "frame": float("inf")}
    ratios = []
    for _ in range(ROUNDS):
        bare_us, frame_us = _time_us(bare, token), _time_us(frame, token)
        best["bare"], best["frame"] = min(best["bare"], bare_us), min(best["frame"], frame_us)
        ratios.append(frame_us / bare_us)
    median = sorted(ratios)[len(ratios) // 2]
    print(f"bare mangum + FastAPI + PyJWT + pydantic  {best['bare']:7.0f} µs CPU a call")
    print(f"the whole frame                           {best['frame']:7.0f} µs CPU a call")
    print(f"ratio of the least {best['frame'] / best['bare']:.2f}, median of rounds {median:.2f}")


def _time_us(handler: Handler, token: str) -> float:
    events = [_event(token) for _ in range(CALLS)]
    context = Context()
    gc.collect()
    began = time.process_time()
    for event in events:
        handler(event, context)
    return (time.process_time() - began) / CALLS * 1e6


def _event(token: str) -> dict[str, Any]:
    headers = {
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "host": "api.example.com",
        "user-agent": "bench",
    }
    return {
        "resource": PATH,
        "path": PATH,
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "requestContext": {"identity": {"sourceIp": "192.0.2.1"}, "requestId": "r1"},
        "body": json.dumps({"question": "что делать?", "limit": 5}),
        "isBase64Encoded": False,
    }


def _bare() -> Handler:
    import jwt
    from fastapi import Depends, FastAPI, HTTPException, Request
    from mangum import Mangum
    from pydantic import BaseModel, ConfigDict

    class QuestionIn(BaseModel):
        model_config = ConfigDict(extra="forbid")

        question: str
        limit: int

    app = FastAPI(openapi_url=None)

    async def caller(request: Request) -> UUID:
        token = request.headers.get("authorization", "")[7:]
        try:
            options: Any = {"require": ["exp", "iat", "sub"]}
            claims = jwt.decode(
                token, SECRET, ["HS256"], options=options, audience="mara-api", issuer="mara"
            )
        except jwt.InvalidTokenError:
            raise HTTPException(401) from None
        return UUID(claims["sub"])

    @app.post(PATH)
    async def greet(body: QuestionIn, user_id: UUID = Depends(caller)) -> dict[str, str]:  # noqa: B008, FAST002
        return {"answer": body.question, "user": str(user_id)}

    return Mangum(app, lifespan="off")


def _frame() -> tuple[Handler, str]:
    from pydantic import BaseModel, ConfigDict

    from mara.auth.model import AccessClaims
    from mara.entrypoints import principal
    from mara.entrypoints.http import USER, api, lambda_handler
    from mara.entrypoints.principal import Caller
    from mara.platform import rate_limit_store
    from mara.platform.telemetry import logger

    class QuestionIn(BaseModel):
        model_config = ConfigDict(extra="forbid")

        question: str
        limit: int

    user_id, at = uuid4(), datetime.now(UTC)
    service = _authentication(user_id)
    claims = AccessClaims(user_id, uuid4(), at, at + timedelta(hours=1))
    # Stand-ins for the database, under the names that the frame calls.
    vars(principal)["authentication_service"] = lambda: service
    vars(rate_limit_store)["execute_autocommit"] = lambda _, parameters: [(parameters["now"],)]
    handler = logger.registered_handler
    if isinstance(handler, logging.StreamHandler):
        handler.setStream(io.StringIO())
    app = api(access=USER)

    @app.post(PATH)
    async def greet(body: QuestionIn, caller: Caller) -> dict[str, str]:
        return {"answer": body.question, "user": str(caller.user_id)}

    return lambda_handler(app), service.access_tokens.issue(claims)


def _authentication(user_id: UUID) -> Any:
    """The real authentication service with a stand-in for the session table."""
    from mara.auth.model import AccessStatus
    from mara.kernel.principal import Role
    from mara.kernel.unit_of_work import Scope
    from mara.wiring.auth import authentication_service

    class Sessions:
        def get_status(self, _: UUID) -> AccessStatus:
            return AccessStatus(user_id, Role.USER, valid=True)

    def unit_of_work(scope: Scope) -> AbstractContextManager[None]:  # noqa: ARG001 - the port's
        return nullcontext()

    sessions: Any = Sessions()
    return replace(authentication_service(), sessions=sessions, unit_of_work=unit_of_work)
