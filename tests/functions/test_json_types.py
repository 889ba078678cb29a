"""JSON values are taken as they stand: no operation reads `true` or `"1"` as a number.

Generated from the OpenAPI document: every number and every boolean of every JSON body.
"""

from typing import Any
from uuid import uuid4

import pytest

from mara.kernel.principal import Role
from tests.support.accounts import make_account
from tests.support.openapi import FOREIGN_BODIES, Operation, body_with, operations, places

pytestmark = pytest.mark.usefixtures("database")

OTHERS: dict[str, list[Any]] = {
    "integer": [True, False, "1", 1.5, "1.0"],
    "number": [True, False, "1", "0.5"],
    "boolean": [1, 0, 1.0, "true", "false", "yes", "1"],
}
"""Values of another type for each type, all of which a lax reader takes or rounds."""


def fields(kind: str) -> list[tuple[Operation, str]]:
    return [
        (operation, pointer)
        for operation in operations().values()
        if operation.id not in FOREIGN_BODIES
        for pointer in sorted(set(places(operation.body_schema or {}, kind)))
    ]


def test_the_document_has_each_type() -> None:
    found = {(operation.id, pointer) for kind in OTHERS for operation, pointer in fields(kind)}
    assert found >= {
        ("advance_clock", "/advance_s"),
        ("create_plan", "/interval/count"),
        ("create_plan", "/allowances/answers"),
        ("move_subscribers", "/from_versions/0"),
        ("upload_document", "/size"),
        ("set_gate", "/min_score"),
        ("change_subscription", "/preview"),
    }


@pytest.mark.parametrize("kind", OTHERS)
def test_values_of_another_type_are_refused_where_they_stand(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("USER", "ADDRESS"):
        monkeypatch.setenv(f"MARA_REQUESTS_PER_MINUTE_{limit}", "1000000")
    for number, (operation, pointer) in enumerate(fields(kind)):
        # Some operations have a limit of their own for each account.
        headers = make_account(f"root{number}", Role.SUPERUSER).headers
        ids = {name: str(uuid4()) for name in operation.parameters}
        for value in OTHERS[kind]:
            answer = operation.call(ids, headers=headers, body=body_with(value, pointer))
            about = (operation.id, pointer, value, answer.text)
            assert answer.status == 422, about
            assert pointer in {error["pointer"] for error in answer.json["errors"]}, about
