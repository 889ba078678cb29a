"""The pages behind the ``type`` of problem documents, from the OpenAPI document's catalogue."""

import json
import re
from html import escape
from typing import Any

from fastapi import Response

from mara.entrypoints.problems import RouteNotFound

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "cache-control": "public, max-age=300",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - MARA API</title>
<link rel="icon" href="data:,">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem;
  color: #1f2328; background: #fff }}
code {{ background: #eff1f3; border-radius: 4px; padding: .1em .3em }}
h1 {{ line-height: 1.2 }} h2 {{ font-size: 1.1rem; margin-top: 2rem }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>Status <code>{status}</code>, code <code>{code}</code></p>
<h2>When it occurs</h2>
<p>{description}</p>
<h2>What to do</h2>
<p>{remedy}</p>
{operations}
</body>
</html>
"""
OPERATIONS = """<h2>Operations that answer with it</h2>
<ul>
{items}
</ul>"""


def page(document: str, path: str) -> Response:
    """Return the page that explains the type ``path``. Raises RouteNotFound.

    ``document`` is the OpenAPI document as JSON.
    """
    parsed = json.loads(document)
    problem = parsed["x-problems"].get(path)
    if problem is None:
        raise RouteNotFound(f"{path} is no type of problem; /openapi.json lists them.")
    html = PAGE.format(
        title=escape(problem["title"]),
        status=problem["status"],
        code=escape(problem["code"]),
        description=_text(problem["description"]),
        remedy=_text(problem["remedy"]),
        operations=_operations(parsed, problem["operations"], path),
    )
    return Response(html, media_type="text/html", headers=HEADERS)


def _text(text: str) -> str:
    """Prose as HTML, with what is in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _operations(document: dict[str, Any], names: list[str], path: str) -> str:
    """The list of operations, with relative links: a stage may prefix the path."""
    if not names:
        return ""
    root = "../" * (path.count("/") - 1)
    items = [
        f'<li><a href="{root}docs#/{spec["tags"][0]}/{spec["operationId"]}">'
        f"<code>{method.upper()} {escape(address)}</code></a></li>"
        for address, methods in document["paths"].items()
        for method, spec in methods.items()
        if spec["operationId"] in names
    ]
    return OPERATIONS.format(items="\n".join(items))
