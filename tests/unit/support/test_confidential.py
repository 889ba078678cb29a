"""The search for confidential values finds them in each form."""

import base64
import json

import pytest

from tests.support.confidential import found_in, of_body, of_exchange

EVENT: dict[str, object] = {"headers": {}, "body": None, "isBase64Encoded": False}
RESPONSE: dict[str, object] = {"statusCode": 200, "headers": {}, "body": ""}


@pytest.mark.parametrize(
    ("event", "response"),
    [
        ({"body": json.dumps({"chat": [{"text": "the canary"}]})}, {}),
        ({"body": "name=x\nthe canary\n"}, {}),
        ({"body": base64.b64encode(b'["the canary"]').decode(), "isBase64Encoded": True}, {}),
        ({"body": '{"text": "the canary"'}, {}),
        ({}, {"body": json.dumps({"secret": "the canary", "type": "about:blank"})}),
    ],
)
def test_a_text_of_a_request_or_an_answer_is_confidential(
    event: dict[str, object], response: dict[str, object]
) -> None:
    values = set(of_exchange({**EVENT, **event}, {**RESPONSE, **response}))
    assert any("the canary" in value for value in values)


@pytest.mark.parametrize(
    ("event", "response"),
    [
        ({"headers": {"Authorization": "Bearer canary-token"}}, {}),
        ({"headers": {"X-Telegram-Bot-Api-Secret-Token": "canary-token"}}, {}),
        ({}, {"multiValueHeaders": {"set-cookie": ["session=canary-token; Secure"]}}),
    ],
)
def test_a_credential_is_confidential(
    event: dict[str, object], response: dict[str, object]
) -> None:
    assert "canary-token" in set(of_exchange({**EVENT, **event}, {**RESPONSE, **response}))


@pytest.mark.parametrize(
    "event",
    [
        {"path": "/api/v1/agents/Canary-42/ask"},
        {"pathParameters": {"agent_id": "Canary-42"}},
        {"queryStringParameters": {"q": "Canary-42"}},
    ],
)
def test_a_part_of_the_address_is_confidential(event: dict[str, object]) -> None:
    assert list(of_exchange({**EVENT, **event}, RESPONSE)) == ["Canary-42"]


def test_ids_times_numbers_and_states_are_not() -> None:
    body = {
        "id": "01a2260a-a03c-79b7-a124-5b0ae13be2b5",
        "created_at": "2026-11-29T08:51:27.721+00:00",
        "amount": "12345678.000001",
        "status": "answered",
        "short": "canary",
    }
    assert list(of_body(json.dumps(body).encode())) == []


def test_a_value_is_found_as_it_is_and_as_json_writes_it() -> None:
    assert found_in('{"said": "a \\"canary\\""}', ['a "canary"']) == ['a "canary"']
    assert found_in("a canary sang", ["a canary", "a nightingale"]) == ["a canary"]


def test_a_body_that_nests_too_deep_is_searched_by_lines() -> None:
    assert list(of_body(b"[" * 100_000)) == ["[" * 100_000]
