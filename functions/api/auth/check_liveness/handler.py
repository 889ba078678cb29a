"""GET /api/v1/auth/health - whether the API answers."""

from mara.entrypoints.http import HealthOut, api, lambda_handler

app = api()


@app.get("/api/v1/auth/health")
async def check_liveness() -> HealthOut:
    return HealthOut()


handler = lambda_handler(app)
