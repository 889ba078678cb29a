"""Reports that are also a table and a chart: which of them a request asks for."""

from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Header, Query, Response
from fastapi import Request as HttpRequest

from mara.entrypoints.accept import media_weights
from mara.entrypoints.events import REQUEST
from mara.entrypoints.language import locale_of
from mara.users.model import Locale

ReportFormat = Literal["json", "csv", "svg"]
MEDIA_TYPES: Final[dict[str, ReportFormat]] = {
    "application/json": "json",
    "text/csv": "csv",
    "image/svg+xml": "svg",
}
CHART_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string", "examples": ["start,end,mrr"]}},
            "image/svg+xml": {"schema": {"type": "string", "examples": ["<svg></svg>"]}},
        }
    }
}
"""The ``responses`` of a route that also answers a table and a chart."""


def preferred(accept: str | None) -> ReportFormat:
    """The format that ``Accept`` ranks highest; JSON where it ranks none higher."""
    weights = media_weights(accept or "")
    return MEDIA_TYPES[max(MEDIA_TYPES, key=lambda media: weights.get(media, 0.0))]


async def _wanted(
    format: Annotated[
        ReportFormat | None,
        Query(
            description="`csv` for a table, `svg` for a chart; without it, `Accept` decides.",
            examples=["svg"],
        ),
    ] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> ReportFormat:
    return format or preferred(accept)


async def _locale(http_request: HttpRequest) -> Locale:
    return locale_of(http_request.scope["aws.event"][REQUEST])


WantedFormat = Annotated[ReportFormat, Depends(_wanted)]
"""What the request asks for, by ``?format=`` or ``Accept``."""
CallerLocale = Annotated[Locale, Depends(_locale)]
"""The language of the answer, by Accept-Language or the caller's profile."""


def svg_response(svg: str, locale: Locale) -> Response:
    """A chart, which no browser runs a script of."""
    headers = {
        "content-language": locale.value,
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(svg, media_type="image/svg+xml", headers=headers)
