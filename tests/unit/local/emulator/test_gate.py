"""Who may use the AWS emulator: those who sign with its secret, and holders of what was signed."""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from infra.local.emulator.gate import EmulatorGate
from infra.local.settings import SECRET_HEADER
from tests.support.loops import run_async

SECRET = "the-generated-secret"
BASE = "http://127.0.0.1:4566"
BUCKET = "mara-local-documents"
API = "/_aws/execute-api/api1/local/api/v1/health"


class Passed:
    """The application behind the gate: notes which headers and bodies it gets."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.saved_before_answer = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def save(self) -> None:
        self.saved_before_answer += 1


@pytest.fixture
def passed() -> Passed:
    return Passed()


def ask(passed: Passed, method: str, url: str, **parts: Any) -> int:
    """The status of the gate's answer."""
    gate = EmulatorGate(passed, SECRET, passed.save)

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(gate)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, url, **parts)

    return run_async(run()).status_code


def signed(
    secret: str, url: str = f"{BASE}/", *, service: str = "sqs", body: bytes = b"{}"
) -> dict[str, str]:
    """The headers of a signed POST."""
    request = AWSRequest("POST", url, {"x-amz-target": "AmazonSQS.ListQueues"}, body)
    SigV4Auth(Credentials("test", secret), service, "eu-west-1").add_auth(request)
    return dict(request.headers.items())


def s3(secret: str = SECRET) -> Any:
    make: Any = boto3.client
    return make(
        "s3",
        endpoint_url=BASE,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key=secret,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


class TestSignedRequests:
    def test_pass_with_their_body_and_their_effects_are_kept_first(self, passed: Passed) -> None:
        assert ask(passed, "POST", "/", content=b"{}", headers=signed(SECRET)) == 200
        assert passed.bodies == [b"{}"]
        assert passed.headers[0]["x-amz-target"] == "AmazonSQS.ListQueues"
        assert passed.saved_before_answer == 1

    @pytest.mark.parametrize("path", ["/", "/_ministack/reset", "/2015-03-31/functions/", API])
    def test_are_refused_without_the_secret(self, passed: Passed, path: str) -> None:
        url = f"{BASE}{path}"
        assert ask(passed, "GET", path) == 403
        assert ask(passed, "POST", path, content=b"{}") == 403
        assert ask(passed, "POST", path, content=b"{}", headers=signed("test", url)) == 403
        authorization = {"authorization": "AWS4-HMAC-SHA256 Credential=test/x/y/z"}
        assert ask(passed, "GET", path, headers=authorization) == 403
        assert ask(passed, "GET", f"{path}?X-Amz-Signature=0") == 403
        assert passed.headers == []

    def test_are_refused_with_another_body_path_or_query(self, passed: Passed) -> None:
        headers = signed(SECRET)
        assert ask(passed, "POST", "/", content=b'{"a":1}', headers=headers) == 403
        assert ask(passed, "POST", "/other", content=b"{}", headers=headers) == 403
        assert ask(passed, "POST", "/?Action=DeleteQueue", content=b"{}", headers=headers) == 403
        assert passed.headers == []

    def test_are_refused_when_they_are_old(
        self, passed: Passed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from datetime import UTC, datetime, timedelta

        import botocore.auth

        old = datetime.now(UTC) - timedelta(hours=1)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda **_: old, raising=True)
        headers = signed(SECRET)
        assert ask(passed, "POST", "/", content=b"{}", headers=headers) == 403


class TestPresignedRequests:
    def url(self, secret: str = SECRET, **options: Any) -> str:
        named = {"Bucket": BUCKET, "Key": "a/b c.txt"}
        url: str = s3(secret).generate_presigned_url("get_object", Params=named, **options)
        return url

    def test_pass_to_s3(self, passed: Passed) -> None:
        assert ask(passed, "GET", self.url()) == 200

    def test_are_refused_for_another_object_or_method_or_secret(self, passed: Passed) -> None:
        url = self.url()
        assert ask(passed, "GET", url.replace("a/b", "a/c")) == 403
        assert ask(passed, "GET", url.replace(BUCKET, "mara-local-artifacts")) == 403
        assert ask(passed, "DELETE", url) == 403
        assert ask(passed, "GET", self.url("test")) == 403
        assert passed.headers == []

    def test_are_refused_once_they_expired(self, passed: Passed) -> None:
        assert ask(passed, "GET", self.url(ExpiresIn=-1)) == 403

    def test_do_not_lead_to_another_service(self, passed: Passed) -> None:
        forged = {"x-amz-target": "AmazonSQS.ListQueues", "authorization": "AWS4-HMAC-SHA256 x"}
        assert ask(passed, "GET", self.url(), headers=forged) == 200
        assert not set(forged) & set(passed.headers[0])


class TestUploadForms:
    def form(self, secret: str = SECRET) -> dict[str, Any]:
        sized = [["content-length-range", 5, 5]]
        form: dict[str, Any] = s3(secret).generate_presigned_post(BUCKET, "k", Conditions=sized)
        return form

    def test_pass_to_the_bucket_of_their_policy(self, passed: Passed) -> None:
        form = self.form()
        path = urlsplit(form["url"]).path
        files = {"file": ("a.txt", b"hello")}
        assert ask(passed, "POST", path, data=form["fields"], files=files) == 200
        assert b"hello" in passed.bodies[0]

    @pytest.mark.parametrize(
        "path", ["/", "/mara-local-artifacts", "/2015-03-31/functions/x", "/_ministack/reset"]
    )
    def test_pass_nowhere_else(self, passed: Passed, path: str) -> None:
        fields, files = self.form()["fields"], {"file": ("a.txt", b"hello")}
        assert ask(passed, "POST", path, data=fields, files=files) == 403
        query = f"/{BUCKET}?Action=DeleteQueue"
        assert ask(passed, "POST", query, data=fields, files=files) == 403
        assert passed.headers == []

    def test_are_refused_with_another_policy_or_secret(self, passed: Passed) -> None:
        fields = self.form()["fields"]
        wider = json.dumps({"expiration": "2099-01-01T00:00:00Z", "conditions": []}).encode()
        files = {"file": ("a.txt", b"hello")}
        forged = {**fields, "policy": base64.b64encode(wider).decode()}
        assert ask(passed, "POST", f"/{BUCKET}", data=forged, files=files) == 403
        other = self.form("test")["fields"]
        assert ask(passed, "POST", f"/{BUCKET}", data=other, files=files) == 403
        assert ask(passed, "POST", f"/{BUCKET}", files=files) == 403
        assert passed.headers == []


class TestTheFrontDoor:
    def test_reaches_the_api_and_its_secret_goes_no_further(self, passed: Passed) -> None:
        headers = {SECRET_HEADER: SECRET, "authorization": "Bearer t"}
        assert ask(passed, "GET", API, headers=headers) == 200
        assert passed.headers[0]["authorization"] == "Bearer t"
        assert SECRET_HEADER not in passed.headers[0]

    @pytest.mark.parametrize("path", [f"/{BUCKET}", "/2015-03-31/functions/", "/_ministack/reset"])
    def test_reaches_nothing_else(self, passed: Passed, path: str) -> None:
        assert ask(passed, "GET", path, headers={SECRET_HEADER: SECRET}) == 403
        assert ask(passed, "GET", API, headers={SECRET_HEADER: SECRET + "x"}) == 403
        assert passed.headers == []
