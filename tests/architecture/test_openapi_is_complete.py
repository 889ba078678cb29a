"""The OpenAPI document explains every operation, parameter, property and error, with examples.

Descriptions and examples are written where the thing is declared; then run `mara generate`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra.local.openapi import TARGET

DOCUMENT: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
VERBS = {
    *("Discard", "Erase", "Export", "Run"),
    *("Approve", "Connect", "Disconnect", "Remove"),
    *("Activate", "Answer", "Ask", "Cancel", "Change", "Check", "Claim", "Confirm", "Create"),
    *(
        "Delete",
        "End",
        "Exchange",
        "Generate",
        "Get",
        "Limit",
        "List",
        "Log",
        "Make",
        "Mark",
        "Move",
        "Post",
        "Preview",
        "Resume",
        "Subscribe",
        "Put",
        "Rate",
    ),
    *(
        "Read",
        "Receive",
        "Register",
        "Replace",
        "Request",
        "Resume",
        "Retry",
        "Revoke",
        "Rotate",
        "Search",
        "Send",
    ),
    *("Set", "Show", "Test", "Update", "Upload", "Wait"),
}
PRIVATE = {"not_logged_in", "invalid_token", "invalid_api_key"}


def operations() -> Iterator[dict[str, Any]]:
    for methods in DOCUMENT["paths"].values():
        yield from methods.values()


OPERATIONS = {operation["operationId"]: operation for operation in operations()}
PROPERTIES = {
    f"{name}.{field}": spec
    for name, schema in SCHEMAS.items()
    for field, spec in schema.get("properties", {}).items()
}


def checked(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for message in [operation.get("requestBody", {}), *operation["responses"].values()]:
        yield from message.get("content", {}).values()


class TestOperations:
    @pytest.mark.parametrize("name", OPERATIONS)
    def test_have_a_sentence_as_summary(self, name: str) -> None:
        summary: str = OPERATIONS[name]["summary"]
        assert summary.endswith("."), f"{name}: end the first line of its handler with a full stop"
        assert summary.split(maxsplit=1)[0].strip(",") in VERBS, (
            f"{name}: {summary!r} does not begin with a verb. The first line of a handler says "
            "'METHOD /path - what it does', as 'list the documents'. A verb that is not in VERBS "
            "is added there."
        )

    def test_have_a_description(self) -> None:
        without = [name for name, operation in OPERATIONS.items() if not operation["description"]]
        assert not without, (
            "write what a caller should know below the first line of the docstring of the handlers "
            f"of {without}"
        )

    def test_describe_every_parameter(self) -> None:
        without = [
            f"{name}: {parameter['name']}"
            for name, operation in OPERATIONS.items()
            for parameter in operation.get("parameters", [])
            if not parameter.get("description") or not parameter["schema"].get("examples")
        ]
        assert not without, (
            "give these parameters a description and an example, as Annotated[str, "
            "Query(description=..., examples=[...])], or for a name that several routes have, in "
            f"infra/local/openapi/parameters.py: {without}"
        )

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_have_examples_that_follow_their_schemas(self, name: str) -> None:
        for parameter in OPERATIONS[name].get("parameters", []):
            checked(parameter["schema"]).validate(parameter["schema"]["examples"][0])
        for content in bodies(OPERATIONS[name]):
            if "example" in content:
                checked(content["schema"]).validate(content["example"])

    def test_have_an_example_of_every_json_body(self) -> None:
        without = [
            name
            for name, operation in OPERATIONS.items()
            for message in [operation.get("requestBody", {}), *operation["responses"].values()]
            if "example" not in message.get("content", {}).get("application/json", {"example": 1})
        ]
        assert not without, f"examples for the fields of the bodies of {without} are missing"

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_say_whether_a_caller_must_be_known(self, name: str) -> None:
        operation = OPERATIONS[name]
        codes = set(operation["responses"].get("401", {}).get("x-problem-codes", []))
        assert bool(operation["security"]) == (codes >= PRIVATE)

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_list_their_error_codes_with_an_example_each(self, name: str) -> None:
        responses = OPERATIONS[name]["responses"]
        codes = [code for r in responses.values() for code in r.get("x-problem-codes", [])]
        promised = {"bad_request", "not_taken"}
        usual = {"bad_request", "internal", "too_many_requests"}
        assert (promised if "not_taken" in codes else usual) <= set(codes)
        assert len(codes) == len(set(codes))
        for code in codes:
            example = DOCUMENT["components"]["examples"][code]["value"]
            assert example["code"] == code
            checked(SCHEMAS["Problem"]).validate(example)


class TestSchemas:
    def test_have_a_description(self) -> None:
        without = [name for name, schema in SCHEMAS.items() if not schema.get("description")]
        assert not without, f"give these classes a docstring: {without}"

    def test_describe_every_property(self) -> None:
        without = [
            name
            for name, spec in PROPERTIES.items()
            if not spec.get("description") or not spec.get("examples")
        ]
        assert not without, (
            "write Field(description=..., examples=[...]) for these in their schemas; the example "
            f"is needed only where the type gives none, for strings and numbers: {without}"
        )

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_have_examples_that_are_valid(self, name: str) -> None:
        for spec in SCHEMAS[name].get("properties", {}).values():
            for example in spec["examples"]:
                checked(spec).validate(example)

    def test_have_no_default(self) -> None:
        """openapi-typescript would make a property with a default required in a request."""
        assert not [name for name, spec in PROPERTIES.items() if "default" in spec]


class TestTags:
    def test_of_operations_are_described(self) -> None:
        described = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}
        assert {tag for operation in operations() for tag in operation["tags"]} == described


class TestProblems:
    def test_have_an_entry_each_for_the_page_that_explains_them(self) -> None:
        for example in DOCUMENT["components"]["examples"].values():
            entry = DOCUMENT["x-problems"][example["value"]["type"]]
            assert entry["description"].endswith(".")
            assert entry["remedy"].endswith(".")
            assert entry["operations"]


def fields_and_values(part: Any) -> set[str]:
    """The names of properties and parameters, and the values of enumerations and examples."""
    if isinstance(part, list):
        return set().union(*map(fields_and_values, part))
    if not isinstance(part, dict):
        return set()
    found = set(part.get("properties", {}))
    found |= {str(part[key]) for key in ("const", "default", "code", "name") if key in part}
    found |= {str(value) for key in ("enum", "examples") for value in named(part.get(key))}
    return found.union(*map(fields_and_values, part.values()))


def named(values: Any) -> list[Any]:
    return [value for value in values if isinstance(value, str)] if values else []


def backticked(text: str) -> set[str]:
    return set(re.findall(r"`+([^`]+)`+", text))


class TestDocstringsAsDescriptions:
    """The docstring of a class is published: it must not explain attributes of Python."""

    KNOWN = fields_and_values(DOCUMENT) | {
        path.removeprefix("/api/v1") for path in DOCUMENT["paths"]
    }

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_of_schemas_name_fields_and_values_only(self, name: str) -> None:
        assert backticked(SCHEMAS[name].get("description", "")) <= self.KNOWN

    @pytest.mark.parametrize("name", DOCUMENT["x-problems"])
    def test_of_problems_name_fields_and_values_only(self, name: str) -> None:
        assert backticked(DOCUMENT["x-problems"][name]["description"]) <= self.KNOWN
