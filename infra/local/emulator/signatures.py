"""Whether a request to the emulator is signed with the stack's secret (AWS Signature Version 4)."""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from ministack.core import sigv4

POLICY_SEARCHED = 64 * 1024
"""Bytes at the beginning of an upload form in which its signature must be."""
SCOPE_PARTS = 5
"""A credential is key/date/region/service/aws4_request."""

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What a signature can cover; names of ``headers`` are in lower case."""

    method: str
    raw_path: str
    query_string: str
    headers: Headers
    body: bytes = b""


def trusted_headers(request: SentRequest, secret: str) -> Headers | None:
    """Return the headers that the emulator may trust; None where the signature is wrong.

    The owner of a presigned URL or form has a signature without the secret. Only its S3 request is
    passed on: the emulator would find another service by an unsigned ``X-Amz-Target``.
    """
    query = parse_qs(request.query_string, keep_blank_values=True)
    if "X-Amz-Signature" in query:
        return _presigned(request, secret, query)
    if request.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256"):
        signature = sigv4.parse_header_signature(request.headers)
        if not isinstance(signature, sigv4.HeaderSignature):
            return None
        is_late = sigv4.request_time_failure(signature) is not None
        if is_late or not _matches(signature, request, secret, query):
            return None
        return request.headers
    if request.method == "POST" and not query and _form_is_signed(request, secret):
        return _without_unsigned(request.headers, frozenset())
    return None


def _presigned(request: SentRequest, secret: str, query: Mapping[str, list[str]]) -> Headers | None:
    signature = sigv4.parse_query_signature(query)
    if not isinstance(signature, sigv4.HeaderSignature) or signature.service != "s3":
        return None
    try:
        expired = sigv4.presigned_request_is_expired(signature.amz_date, query["X-Amz-Expires"][0])
    except (ValueError, KeyError):
        return None
    if expired or not _matches(signature, request, secret, query):
        return None
    return _without_unsigned(request.headers, frozenset(signature.signed_headers.split(";")))


def _matches(
    signature: sigv4.HeaderSignature,
    request: SentRequest,
    secret: str,
    query: Mapping[str, list[str]],
) -> bool:
    if signature.region_set is not None:  # SigV4a, which no client here uses
        return False
    failure = sigv4.header_signature_failure(
        signature,
        secret,
        request.method,
        request.raw_path,
        query,
        request.headers,
        request.body,
        presigned="X-Amz-Signature" in query,
    )
    return failure is None


def _form_is_signed(request: SentRequest, secret: str) -> bool:
    """Whether it is an upload form (S3's POST policy) to the bucket that its policy names."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return False
    head = request.body[:POLICY_SEARCHED]
    policy, credential, signature = (
        _form_field(head, name) for name in ("policy", "x-amz-credential", "x-amz-signature")
    )
    scope = credential.split("/")
    if len(scope) != SCOPE_PARTS or scope[3] != "s3":
        return False
    expected = sigv4.calculate_signature(secret, *scope[1:4], policy)
    if not hmac.compare_digest(expected, signature):
        return False
    conditions = json.loads(base64.b64decode(policy))["conditions"]
    return {"bucket": request.raw_path.strip("/")} in conditions


def _form_field(head: bytes, name: str) -> str:
    """Return the value of a field of a multipart form; names are compared without their case."""
    found = re.search(rb'name="%s"\r\n\r\n([^\r]*)\r\n' % name.encode(), head, re.IGNORECASE)
    return found.group(1).decode("latin-1") if found else ""


def _without_unsigned(headers: Headers, signed: frozenset[str]) -> Headers:
    return {
        name: value
        for name, value in headers.items()
        if name in signed or not (name == "authorization" or name.startswith("x-amz-"))
    }
