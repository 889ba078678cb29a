"""Responses as CSV (RFC 4180): negotiation, safe cells, and the link to the next part."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import Depends, Header, Query, Response

from mara.entrypoints.accept import media_weights

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet runs a cell that begins so as a formula (OWASP, CSV injection)."""
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Format = Literal["json", "csv"]
CSV_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string", "examples": ["number,amount"]}}}}
}
"""The ``responses`` of a route that also answers CSV."""


def wants_csv(accept: str | None, format_: Format | None) -> bool:
    """Whether to answer CSV: ``format`` decides; else Accept, if it prefers text/csv to JSON."""
    if format_ is not None:
        return format_ == "csv"
    weights = media_weights(accept or "")
    return weights.get("text/csv", 0.0) > weights.get("application/json", 0.0)


async def _wants_csv(
    format: Annotated[
        Format | None,
        Query(description="`csv` for a file; without it, `Accept` decides.", examples=["csv"]),
    ] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> bool:
    return wants_csv(accept, format)


WantsCsv = Annotated[bool, Depends(_wants_csv)]
"""Whether the request asks for CSV, by ``?format=`` or ``Accept``."""


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula."""
    is_formula = text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def csv_response(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    filename: str,
    next_url: str | None = None,
) -> Response:
    """A download in UTF-8 without formulas; ``Link`` names the next part, if there is one."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{quote(filename)}"'}
    if next_url:
        headers["link"] = f'<{next_url}>; rel="next"'
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
