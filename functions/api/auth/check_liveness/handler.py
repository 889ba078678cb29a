"""GET /api/v1/auth/health - whether the API answers."""

from mara.entrypoints.http import PUBLIC, HealthOut, api, lambda_handler

app = api(access=PUBLIC)


@app.get("/api/v1/auth/health")
async def check_liveness() -> HealthOut:
    return HealthOut()


handler = lambda_handler(app)
