"""The first scan of a chain is tried again after any failure, within a limit."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from infra.local.localstack import deployment
from infra.local.localstack.aws import client
from infra.local.localstack.stage import LocalStackFailed
from tests.support.environment import NOWHERE


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    stubbed = client(NOWHERE, "lambda")
    monkeypatch.setattr(deployment, "client", lambda _url, _service, **_: stubbed)
    monkeypatch.setattr(deployment, "POLL_S", 0.0)
    with Stubber(stubbed) as stub:
        yield stub


def payload(text: bytes) -> StreamingBody:
    return StreamingBody(BytesIO(text), len(text))


def test_a_scan_is_repeated_after_an_error_of_lambda_and_of_the_function(
    functions: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = {"FunctionError": "Unhandled", "Payload": payload(b'{"errorMessage": "no node"}')}
    functions.add_client_error("invoke", "TooManyRequestsException", "Rate exceeded")
    functions.add_response("invoke", failed)
    functions.add_response("invoke", {"Payload": payload(b"null")})
    deployment.scan_chains(NOWHERE, ["tron"])
    functions.assert_no_pending_responses()
    told = capsys.readouterr().out
    assert "tron: An error occurred (TooManyRequestsException)" in told
    assert "tron: no node" in told


def test_a_scan_is_repeated_after_a_read_timeout(
    functions: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    timeouts = [ReadTimeoutError(endpoint_url=NOWHERE)]

    def time_out_once(**_: object) -> None:
        if timeouts:
            raise timeouts.pop()

    functions.client.meta.events.register_first(
        "before-parameter-build.lambda.Invoke", time_out_once
    )
    functions.add_response("invoke", {"Payload": payload(b"null")})
    deployment.scan_chains(NOWHERE, ["aptos"])
    assert "aptos: Read timeout on endpoint URL" in capsys.readouterr().out


def test_a_scan_that_keeps_failing_ends_with_the_reason(
    functions: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment, "READY_TIMEOUT_S", -1.0)
    functions.add_client_error("invoke", "ServiceException", "no container")
    with pytest.raises(LocalStackFailed, match=r"scan of tron failed: .*no container"):
        deployment.scan_chains(NOWHERE, ["tron"])
