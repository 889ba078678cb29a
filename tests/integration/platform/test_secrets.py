"""The signed request to Secrets Manager, against botocore's signature and a server of our own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import psycopg
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from pydantic import ValidationError

from mara.kernel.errors import Unavailable
from mara.platform import stored_secrets
from mara.platform.database_address import database_settings
from mara.platform.secrets import SecretUnavailable, authorization, get_secret
from mara.platform.settings.loki import LokiSettings
from mara.platform.settings.trials import TrialSettings
from mara.platform.settings.verification import verify_settings
from mara.platform.stored_secrets import PREFIX, StoredSecrets

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


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has read no secret yet."""
    monkeypatch.setattr(stored_secrets, "STORED_SECRETS", StoredSecrets(get_secret))


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


class TestReference:
    """A variable that names a secret in place of a value (decision 0043)."""

    def test_is_read_when_its_settings_are_made_and_once(
        self, server: type[Server], stored: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_LOKI_PASSWORD", f"{PREFIX}mara-prod/loki")
        monkeypatch.setenv("MARA_CHAINS", f"{PREFIX}mara-prod/chains")
        for _ in range(2):
            settings = LokiSettings()  # type: ignore[call-arg]
            assert settings.loki_password.get_secret_value() == "the text"
        assert [json.loads(body) for _, body in server.seen] == [{"SecretId": "mara-prod/loki"}]

    def test_whose_secret_is_missing_is_named_in_the_log_and_tried_again(
        self,
        server: type[Server],
        stored: None,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setenv("MARA_LOKI_PASSWORD", f"{PREFIX}mara-prod/loki")
        server.status = 400
        with (
            caplog.at_level("ERROR", logger="mara"),
            pytest.raises(SecretUnavailable, match="status 400"),
        ):
            LokiSettings()  # type: ignore[call-arg]
        told = vars(caplog.records[-1])
        assert (told["variable"], told["secret"]) == ("MARA_LOKI_PASSWORD", "mara-prod/loki")
        server.status = 200
        assert LokiSettings().loki_password  # type: ignore[call-arg]

    def test_that_cannot_be_read_means_that_there_is_no_database(
        self, server: type[Server], stored: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_DATABASE_URL", f"{PREFIX}mara-prod/database")
        server.status = 500
        with pytest.raises(psycopg.OperationalError, match="cannot be read"):
            database_settings()

    def test_with_a_weak_secret_is_refused_when_it_is_read_without_its_text(
        self, server: type[Server], stored: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_STAGE", "prod")
        monkeypatch.setenv("MARA_TRIAL_KEY", f"{PREFIX}mara-prod/trials")
        with pytest.raises(ValidationError) as refused:
            TrialSettings()  # type: ignore[call-arg]
        assert "the text" not in str(refused.value)

    def test_is_read_by_no_check_of_settings_before_it_is_needed(
        self, server: type[Server], stored: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_CHAINS", f"{PREFIX}mara-prod/chains")
        monkeypatch.setenv("MARA_DATABASE_URL", f"{PREFIX}mara-prod/database")
        verify_settings()
        assert server.seen == []
