"""Swagger UI and ReDoc, served from a package: the pages load nothing from other hosts."""

import base64
import importlib.util
import json
from functools import cache
from pathlib import Path

from fastapi import Response

from mara.entrypoints.problems import RouteNotFound
from mara.platform.settings.http import HttpSettings

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
    head='<link rel="stylesheet" href="BASEdocs/swagger-ui.css">',
    body="""<div id="swagger-ui"></div>
<script src="BASEdocs/swagger-ui-bundle.js"></script>
<script src="BASEdocs/start.js"></script>""",
)
REDOC = PAGE.format(
    head="",
    body="""<redoc spec-url="BASEopenapi.json" disable-search="false"></redoc>
<script src="BASEdocs/redoc.js"></script>""",
)
# The document is found from the script, whose address has no trailing slash. The plugin leaves
# optional fields of forms out while they are empty; Swagger UI would send them with no value.
# Tags are closed at first: of 150 open rows or more, Swagger UI renders those in view alone, and a
# browser's search finds no other.
START = """const leaveEmptyOut = (Original, system) => (properties) =>
  system.React.createElement(Original, {
    ...properties,
    isIncludedOptions: { ...properties.isIncludedOptions, defaultValue: false },
  });
SwaggerUIBundle({
  url: new URL("../openapi.json", document.currentScript.src).href,
  dom_id: "#swagger-ui", deepLinking: true, docExpansion: "none", filter: true,
  persistAuthorization: %s,
  plugins: [() => ({ wrapComponents: { ParameterIncludeEmpty: leaveEmptyOut } })],
});
"""
LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
NO_LOGO = b"data:,"
"""ReDoc leaves its logo out where it cannot be shown; the policy forbids other hosts."""
PAGES = {"docs": SWAGGER, "redoc": REDOC}
FAVICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="6" fill="#1f6feb"/>
<path d="M7 24V8l9 9 9-9v16" fill="none" stroke="#fff" stroke-width="3.5"/>
</svg>
"""


def page(path: str, *, ends_with_slash: bool = False) -> Response:
    """Return ``docs``, ``redoc``, ``favicon.ico``, or an asset below ``docs/``.

    ``ends_with_slash`` is whether the address does: links are relative to it. Raises RouteNotFound.
    """
    if path == "favicon.ico":
        return Response(FAVICON, media_type="image/svg+xml", headers=HEADERS)
    if path in PAGES:
        html = PAGES[path].replace("BASE", "../" if ends_with_slash else "")
        return Response(_with_icon(html), media_type="text/html", headers=HEADERS)
    name = path.removeprefix("docs/")
    if name not in ASSETS:
        raise RouteNotFound(f"/{path} does not exist.")
    file, media_type = ASSETS[name]
    content = (_folder() / file).read_bytes() if file else _start().encode()
    content = content.replace(LOGO, NO_LOGO)
    return Response(content, media_type=media_type, headers=HEADERS)


def _start() -> str:
    """The script that starts Swagger UI.

    It keeps tokens over a reload in the local stage only: elsewhere they would be left in the
    browser's storage.
    """
    settings = HttpSettings()  # type: ignore[call-arg]  # from the environment
    return START % json.dumps(settings.is_local)


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
