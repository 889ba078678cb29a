"""Reads AWS Secrets Manager by one signed HTTP request, without boto3 (decision 0017).

Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from mara.kernel.errors import Unavailable

TIMEOUT_S = 2.0
"""Per socket operation: connecting, and each read."""

SERVICE = "secretsmanager"
TARGET = "secretsmanager.GetSecretValue"
CONTENT_TYPE = "application/x-amz-json-1.1"


class SecretUnavailable(Unavailable):
    """The store of secrets does not answer, and no recent value is cached."""

    title = "A secret cannot be read"


def get_secret(name: str) -> str:
    """Return the current text of a secret. Raises SecretUnavailable, without the text."""
    import http.client  # imported here: with ssl, it takes 30 ms of CPU

    host, secure = _endpoint()
    body = json.dumps({"SecretId": name})
    headers = {
        "content-type": CONTENT_TYPE,
        "host": host,
        "x-amz-date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
        "x-amz-target": TARGET,
    }
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = token
    headers["authorization"] = authorization(body, headers)
    try:
        status, answer = _post(host, body, headers, secure=secure)
    except (OSError, http.client.HTTPException) as error:
        raise SecretUnavailable("The store of secrets does not answer.") from error
    if status != HTTPStatus.OK:
        refusal = RuntimeError(f"status {status} {_kind(answer)}".rstrip())
        raise SecretUnavailable(f"The store of secrets answers with status {status}.") from refusal
    return str(json.loads(answer)["SecretString"])


def _kind(answer: bytes) -> str:
    """The type of an error, such as ResourceNotFoundException; its message may be anything."""
    try:
        kind = str(json.loads(answer)["__type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return ""
    return kind if kind.isalnum() else ""


def authorization(body: str, headers: Mapping[str, str]) -> str:
    """Return the Authorization header of ``POST /`` with these headers, all of them signed."""
    names = sorted(headers)
    signed = ";".join(names)
    canonical = "\n".join(
        ["POST", "/", "", *(f"{name}:{headers[name]}" for name in names), "", signed, _hash(body)]
    )
    moment = headers["x-amz-date"]
    scope = f"{moment[:8]}/{_region()}/{SERVICE}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{_hash(canonical)}"
    key = f"AWS4{os.environ.get('AWS_SECRET_ACCESS_KEY', '')}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    identity = f"{os.environ.get('AWS_ACCESS_KEY_ID', '')}/{scope}"
    return f"AWS4-HMAC-SHA256 Credential={identity}, SignedHeaders={signed}, Signature={signature}"


def _post(host: str, body: str, headers: Mapping[str, str], *, secure: bool) -> tuple[int, bytes]:
    import http.client

    link = (
        http.client.HTTPSConnection(host, timeout=TIMEOUT_S)
        if secure
        else http.client.HTTPConnection(host, timeout=TIMEOUT_S)
    )
    try:
        link.request("POST", "/", body, dict(headers))
        response = link.getresponse()
        return response.status, response.read()
    finally:
        link.close()


def _endpoint() -> tuple[str, bool]:
    """(host with port, whether over TLS): an emulator's where the SDK's variable names one."""
    url = os.environ.get("AWS_ENDPOINT_URL_SECRETS_MANAGER") or os.environ.get("AWS_ENDPOINT_URL")
    if url:
        parts = urlsplit(url)
        return parts.netloc, parts.scheme == "https"
    suffix = "amazonaws.com.cn" if _region().startswith("cn-") else "amazonaws.com"
    return f"{SERVICE}.{_region()}.{suffix}", True


def _region() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
