"""The GatewayResponses of the API in template.yaml: problem documents for what reaches no function.

``mara template`` writes them; a test compares. API Gateway fills in ``$context`` variables and has
no other logic here, and no variable holds the status, so every type of response names its own.
Source: API Gateway developer guide, "Gateway response types".
"""

import json
import re

from mara.entrypoints.gateway_problems import GATEWAY_PROBLEMS, gateway_problem
from mara.entrypoints.headers import DEFAULTS
from mara.entrypoints.problems import PROBLEM_JSON

BEGIN, END = "      # <gateway responses>\n", "      # </gateway responses>\n"
REQUEST_ID = "$context.requestId"
RETRY_AFTER_S = 2

CODES = {
    "ACCESS_DENIED": "access_denied",
    "API_CONFIGURATION_ERROR": "gateway_error",
    "AUTHORIZER_CONFIGURATION_ERROR": "gateway_error",
    "AUTHORIZER_FAILURE": "gateway_error",
    "BAD_REQUEST_BODY": "malformed_request",
    "BAD_REQUEST_PARAMETERS": "malformed_request",
    "DEFAULT_4XX": "malformed_request",
    "DEFAULT_5XX": "function_failed",
    "EXPIRED_TOKEN": "access_denied",
    "INTEGRATION_FAILURE": "function_failed",
    "INTEGRATION_TIMEOUT": "gateway_timeout",
    "INVALID_API_KEY": "access_denied",
    "INVALID_SIGNATURE": "access_denied",
    # What the gateway says of every path and method that it does not know.
    "MISSING_AUTHENTICATION_TOKEN": "route_not_found",
    "QUOTA_EXCEEDED": "too_many_requests",
    "REQUEST_TOO_LARGE": "body_too_large",
    "RESOURCE_NOT_FOUND": "route_not_found",
    # Never 429: Alertmanager and Telegram send again at once after a 5xx only.
    "THROTTLED": "busy",
    "UNAUTHORIZED": "authorization_required",
    "UNSUPPORTED_MEDIA_TYPE": "unsupported_media_type",
    "WAF_FILTERED": "access_denied",
}
"""The problem of each type of response."""


def render(template: str) -> str:
    """Return the template's text with the block between the markers replaced.

    Raises RuntimeError if the markers are missing.
    """
    pattern = re.escape(BEGIN) + ".*?" + re.escape(END)
    block = BEGIN + "      GatewayResponses:\n" + "".join(map(_entry, CODES)) + END
    text, found = re.subn(pattern, lambda _: block, template, flags=re.DOTALL)
    if found != 1:
        raise RuntimeError(f"template.yaml needs {BEGIN.strip()} and {END.strip()} once each")
    return text


def _entry(kind: str) -> str:
    code = CODES[kind]
    status = GATEWAY_PROBLEMS[code].status.value
    # Any origin may read these, unlike the responses of functions (MARA_CORS_ORIGINS): they say
    # nothing about a caller, and without Access-Control-Allow-Credentials a browser gives them to
    # no request with cookies. API Gateway can name one origin here, and CorsOrigins may list more;
    # the origin of the request would need a value where a client sends none.
    headers = {
        "Content-Type": PROBLEM_JSON,
        "Access-Control-Allow-Origin": "*",
        # Quotes within a value cannot be written: they enclose it.
        **{name.title(): value for name, value in DEFAULTS.items() if "'" not in value},
    }
    if code == "too_many_requests":
        headers["Retry-After"] = str(RETRY_AFTER_S)
    problem = gateway_problem(code, instance=f"urn:uuid:{REQUEST_ID}", request_id=REQUEST_ID)
    body = json.dumps(problem, ensure_ascii=False).replace("'", "''")
    sent = ", ".join(f"{name}: \"'{value}'\"" for name, value in headers.items())
    return (
        f"        {kind}:\n"
        f"          StatusCode: {status}\n"
        f"          ResponseParameters: {{Headers: {{{sent}}}}}\n"
        f"          ResponseTemplates: {{application/json: '{body}'}}\n"
    )
