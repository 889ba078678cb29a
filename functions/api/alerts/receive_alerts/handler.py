"""POST /api/v1/alerts/intake/{intake_id} - receive alerts of a monitoring system, and store them.

The sender proves itself with the secret of the intake: as a bearer token, or by an HMAC-SHA256 of
the body in `X-Mara-Signature` or `X-Grafana-Alerting-Signature`. The response comes once the alerts
are stored. The same body within a minute, or the same Idempotency-Key, has no further effect.
Whatever else goes wrong is 503, never 429, for monitoring systems repeat at once after 503 only.
"""

from uuid import UUID

from fastapi import Request

from mara.alerts.schemas.deliveries import (
    BODY_MAX,
    OPENAPI,
    STATUSES,
    DeliveryKey,
    ReceiptOut,
    SentCredentials,
)
from mara.entrypoints.body_check import LARGE_DELIVERY, BodyLimit
from mara.entrypoints.http import PUBLIC, Replay, api, lambda_handler
from mara.wiring.alerts import count_refused, reception_service

app = api(access=PUBLIC, replay=Replay.NOTHING, per_minute=30_000, promised=STATUSES)


@app.post("/api/v1/alerts/intake/{intake_id}", status_code=202, openapi_extra=OPENAPI)
async def receive_alerts(
    intake_id: UUID, request: Request, credentials: SentCredentials, key: DeliveryKey = None
) -> ReceiptOut:
    body = await request.body()
    return ReceiptOut.of(reception_service().receive(intake_id, body, credentials, key=key))


LIMIT = BodyLimit(BODY_MAX, LARGE_DELIVERY)
handler = lambda_handler(app, body_limit=LIMIT, media_types=(), on_refusal=count_refused)
