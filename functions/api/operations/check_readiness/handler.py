"""GET /api/v1/health/ready - check every dependency, and the state of the chains.

The status is 200 if requests are served, and 503 without the database. The answer comes within two
seconds, and is kept for five: calls between ask no dependency. A superuser, and a monitoring system
with the scrape token as its bearer token, also get latencies and details.
"""

import time
from http import HTTPStatus

from fastapi import Request, Response

from mara.entrypoints.events import REQUEST
from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.entrypoints.operators import is_operator
from mara.operations.model import Status
from mara.operations.schemas import ReadinessOut
from mara.wiring.operations import health_service, is_scrape_token

app = api(access=PUBLIC, is_limited=False)


@app.get(
    "/api/v1/health/ready",
    responses={503: {"model": ReadinessOut}},
    response_model_exclude_unset=True,
)
async def check_readiness(request: Request, response: Response) -> ReadinessOut:
    began = time.monotonic()
    readiness = health_service().check()
    if readiness.status is Status.NOT_READY:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    knows_users = readiness.status is not Status.NOT_READY
    caller = request.scope["aws.event"][REQUEST]
    detailed = is_operator(caller, is_scrape_token, knows_users=knows_users, since=began)
    return ReadinessOut.of(readiness, detailed=detailed)


handler = lambda_handler(app)
