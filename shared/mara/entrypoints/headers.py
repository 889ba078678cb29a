"""Headers of every response, errors included: security, CORS, the request id."""

from functools import cache

from mara.entrypoints.events import Request, Response
from mara.platform.settings.http import HttpSettings

DEFAULTS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    # Responses of the API are data; the pages of the documentation set their own policy.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
TRANSPORT_SECURITY = "max-age=63072000; includeSubDomains"

CORS_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
CORS_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, Prefer, X-API-Key, X-CSRF-Token"
)
CORS_EXPOSED_HEADERS = (
    "X-Request-Id, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
    "Idempotent-Replayed, Allow, Location, Preference-Applied, Link"
)
PREFLIGHT_MAX_AGE_S = 600


@cache
def _settings() -> HttpSettings:
    return HttpSettings()  # type: ignore[call-arg]  # from the environment


def outgoing_headers(request: Request, response: Response) -> None:
    """Add them to ``response`` in place; headers that the route set are not overwritten."""
    settings = _settings()
    headers = response["headers"]
    for name, value in DEFAULTS.items():
        headers.setdefault(name, value)
    if not settings.is_local:
        headers["strict-transport-security"] = TRANSPORT_SECURITY
    headers["x-request-id"] = request.request_id
    if settings.cors_origins:
        headers["vary"] = "Origin"
        origin = request.headers.get("origin")
        if origin in settings.cors_origins:
            headers["access-control-allow-origin"] = origin
            headers["access-control-allow-credentials"] = "true"
            headers["access-control-expose-headers"] = CORS_EXPOSED_HEADERS


def preflight_headers() -> dict[str, str]:
    """Headers of the response to OPTIONS; ``outgoing_headers`` adds the allowed origin."""
    return {
        "access-control-allow-methods": CORS_METHODS,
        "access-control-allow-headers": CORS_REQUEST_HEADERS,
        "access-control-max-age": str(PREFLIGHT_MAX_AGE_S),
    }
