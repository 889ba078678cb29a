"""The signed request to Secrets Manager, against botocore's signature and a server of our own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from mara.kernel.errors import Unavailable
from mara.platform.secrets import SecretUnavailable, authorization, get_secret

NAME = "mara-local/tokens"
ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SESSION = "s/e+s="


class Server(BaseHTTPRequestHandler):
    status: ClassVar[int] = 200
    seen: ClassVar[list[tuple[dict[str, str], str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.seen.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(json.dumps({"SecretString": "the text", "Name": NAME}).encode())

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Server]]:
    Server.status, Server.seen = 200, []
    running = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{running.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    yield Server
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.mark.parametrize("session", [None, SESSION])
def test_is_signed_as_botocore_signs_it(
    session: str | None, server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    if session is None:
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    else:
        monkeypatch.setenv("AWS_SESSION_TOKEN", session)
    assert get_secret(NAME) == "the text"
    ((headers, body),) = server.seen
    assert json.loads(body) == {"SecretId": NAME}
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert ("x-amz-security-token" in names) == (session is not None)
    signed = {name: headers[name] for name in names}
    assert authorization(body, signed) == headers["authorization"]
    assert of_botocore(body, signed, session) == headers["authorization"]


def of_botocore(body: str, headers: dict[str, str], session: str | None) -> str:
    """Its canonical request, text to sign and signature, at the moment of the request."""
    own = {name: value for name, value in headers.items() if name != "x-amz-security-token"}
    request = AWSRequest("POST", f"http://{headers['host']}/", headers=own, data=body)
    signer = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY, session), "secretsmanager", "eu-west-1")
    request.context["timestamp"] = headers["x-amz-date"]
    if session is not None:
        request.headers["x-amz-security-token"] = session
    canonical = signer.canonical_request(request)
    text = signer.string_to_sign(request, canonical)
    signature = signer.signature(text, request)
    names = signer.signed_headers(signer.headers_to_sign(request))
    scope = signer.scope(request)
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_refusal_is_a_failure_that_may_pass(status: int, server: type[Server]) -> None:
    server.status = status
    with pytest.raises(SecretUnavailable, match=str(status)) as failure:
        get_secret(NAME)
    assert isinstance(failure.value, Unavailable)


def test_no_answer_is_a_failure_that_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(SecretUnavailable):
        get_secret(NAME)
