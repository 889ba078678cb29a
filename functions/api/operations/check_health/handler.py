"""GET /api/v1/health - check that the API answers.

It is at `/api/v1/health` and at `/api/v1/auth/health`, and asks no dependency: `GET
/api/v1/health/ready` does.
"""

from mara.entrypoints.http import PUBLIC, HealthOut, api, lambda_handler

app = api(access=PUBLIC, is_limited=False)


@app.get("/api/v1/auth/health", name="check_liveness", tags=["auth"])
@app.get("/api/v1/health")
async def check_health() -> HealthOut:
    return HealthOut()


handler = lambda_handler(app)
