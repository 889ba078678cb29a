"""Swagger UI and ReDoc, served from a package: the pages load nothing from other hosts."""

import base64
import importlib.util
from functools import cache
from pathlib import Path

from fastapi import Response

from mara.entrypoints.problems import RouteNotFound

ICON = "swagger-ui-dist/favicon-32x32.png"
ASSETS = {
    "swagger-ui.css": ("swagger-ui-dist/swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": ("swagger-ui-dist/swagger-ui-bundle.js", "text/javascript"),
    "redoc.js": ("redoc/bundles/redoc.standalone.js", "text/javascript"),
    "start.js": ("", "text/javascript"),
}

# Scripts only from this origin; both programs use inline styles and data: images.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src blob:; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {"content-security-policy": POLICY, "cache-control": "public, max-age=300"}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MARA API</title>
<link rel="icon" href="data:image/png;base64,ICON">
{head}
</head>
<body style="margin:0">
{body}
</body>
</html>
"""
SWAGGER = PAGE.format(
    head='<link rel="stylesheet" href="docs/swagger-ui.css">',
    body="""<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>""",
)
REDOC = PAGE.format(
    head="",
    body="""<redoc spec-url="openapi.json" disable-search="false"></redoc>
<script src="docs/redoc.js"></script>""",
)
START = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: true,
});
"""


def page(path: str) -> Response:
    """Return ``docs``, ``redoc``, or an asset below ``docs/``. Raises RouteNotFound."""
    if path == "docs":
        return Response(_with_icon(SWAGGER), media_type="text/html", headers=HEADERS)
    if path == "redoc":
        return Response(_with_icon(REDOC), media_type="text/html", headers=HEADERS)
    name = path.removeprefix("docs/")
    if name not in ASSETS:
        raise RouteNotFound(f"/{path} does not exist.")
    file, media_type = ASSETS[name]
    content = (_folder() / file).read_bytes() if file else START.encode()
    return Response(content, media_type=media_type, headers=HEADERS)


def _with_icon(html: str) -> str:
    # API Gateway decodes a binary body only if the first type in the request's Accept is one of
    # BinaryMediaTypes, which differs between browsers: so no asset is binary.
    icon = (_folder() / ICON).read_bytes()
    return html.replace(",ICON", "," + base64.b64encode(icon).decode(), 1)


@cache
def _folder() -> Path:
    # Located without importing it: the package is a Django application.
    found = importlib.util.find_spec("drf_spectacular_sidecar")
    if found is None or found.origin is None:
        raise RuntimeError("The docs layer is not attached.")
    return Path(found.origin).parent / "static" / "drf_spectacular_sidecar"
