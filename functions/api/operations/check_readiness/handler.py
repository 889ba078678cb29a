"""GET /api/v1/health/ready - check every dependency, and the state of the chains.

The status is 200 if requests are served, and 503 if they are not. The answer comes within two
seconds.
"""

from http import HTTPStatus

from fastapi import Response

from mara.entrypoints.http import PUBLIC, api, lambda_handler
from mara.operations.model import Status
from mara.operations.schemas import ReadinessOut
from mara.wiring.operations import health_service

app = api(access=PUBLIC)


@app.get("/api/v1/health/ready", responses={503: {"model": ReadinessOut}})
async def check_readiness(response: Response) -> ReadinessOut:
    readiness = health_service().check()
    if readiness.status is Status.NOT_READY:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return ReadinessOut.of(readiness)


handler = lambda_handler(app)
