"""CloudFormation says that there is no stack, or why it did not answer."""

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber

from infra.local.localstack import stacks
from infra.local.localstack.aws import client
from infra.local.localstack.stage import LocalStackFailed
from tests.support.environment import NOWHERE

MISSING = ("ValidationError", "Stack with id mara-localstack does not exist")
REFUSALS = [("Throttling", "Rate exceeded"), ("ValidationError", "1 validation error detected")]


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    stubbed = client(NOWHERE, "cloudformation")
    monkeypatch.setattr(stacks, "client", lambda _url, _service: stubbed)
    with Stubber(stubbed) as stub:
        yield stub


def test_a_stack_that_does_not_exist_is_none(cloudformation: Stubber) -> None:
    for operation in ("describe_stacks", "describe_stack_resources", "describe_stack_events"):
        cloudformation.add_client_error(operation, *MISSING)
    assert stacks.find(NOWHERE) is None
    assert stacks.progress(NOWHERE) == "the functions are being packaged"
    assert stacks.failures(NOWHERE) == []


@pytest.mark.parametrize(("code", "message"), REFUSALS)
def test_another_error_is_not_taken_for_a_missing_stack(
    cloudformation: Stubber, code: str, message: str
) -> None:
    for operation in ("describe_stacks", "describe_stack_resources", "describe_stack_events"):
        cloudformation.add_client_error(operation, code, message)
    with pytest.raises(LocalStackFailed, match=message):
        stacks.find(NOWHERE)
    assert message in stacks.progress(NOWHERE)
    assert message in "".join(stacks.failures(NOWHERE))


def test_a_server_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(LocalStackFailed, match=f"CloudFormation at {NOWHERE} failed"):
        stacks.find(NOWHERE)
