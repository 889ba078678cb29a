"""Unknown query parameters are refused by every operation, as unknown fields are."""

from typing import Any

import pytest

from mara.kernel.principal import Role
from tests.support.accounts import make_account
from tests.support.openapi import Operation, operations

pytestmark = pytest.mark.usefixtures("database")

ID = "0190b2c4-0000-7000-8000-000000000000"
"""Of nothing: an unknown parameter is found before anything is looked up."""


def ids(operation: Operation) -> dict[str, str]:
    return {name: "tron" if name == "network" else ID for name in operation.parameters}


@pytest.mark.parametrize("operation", operations().values(), ids=operations())
def test_an_unknown_parameter_is_422_and_named(operation: Operation) -> None:
    headers = make_account("root", Role.SUPERUSER).headers
    body: Any = operation.examples[0] if operation.examples else None
    query = {"sarch": "a", "limti": "5"}
    answer = operation.call(ids(operation), headers=headers, query=query, body=body)
    assert (answer.status, answer.json["code"]) == (422, "bad_request")
    pointers = [error["pointer"] for error in answer.json["errors"]]
    # Others are named too: fields of a form, whose example is no JSON, and ids that do not exist.
    unknown = [pointer for pointer in pointers if pointer.startswith("query:")]
    assert unknown == ["query:limti", "query:sarch"]
