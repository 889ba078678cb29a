"""GET /api/v1/metrics - get the figures of the platform for Prometheus.

The format is OpenMetrics 1.0 where the header Accept asks for it, else Prometheus text 0.0.4.
Counters and histograms are sums over all processes; gauges are read at this moment, and one that
cannot be read in time has its last value, whose age `mara_source_age_seconds` tells. A monitoring
system sends the scrape token as its bearer token.
"""

from typing import Annotated, Any

from fastapi import Header, Response

from mara.entrypoints.http import SUPERUSER, api, lambda_handler
from mara.wiring.operations import exposition, is_scrape_token

app = api(access=SUPERUSER)
OPENMETRICS = "application/openmetrics-text"
TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS_TYPE = f"{OPENMETRICS}; version=1.0.0; charset=utf-8"


RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {name: {"schema": {"type": "string"}} for name in ("text/plain", OPENMETRICS)}}
}


@app.get("/api/v1/metrics", response_class=Response, responses=RESPONSES)
async def get_metrics(
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    openmetrics = OPENMETRICS in accept
    media_type = OPENMETRICS_TYPE if openmetrics else TEXT_TYPE
    return Response(exposition(openmetrics=openmetrics), media_type=media_type)


handler = lambda_handler(app, accepts=is_scrape_token)
