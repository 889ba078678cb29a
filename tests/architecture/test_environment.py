"""A function has the variables, layers and rights of the settings that it can read, no others."""

from functools import cache
from typing import Any

import pytest
from pydantic_settings import BaseSettings

from infra.local.function_environment import (
    EXPRESSIONS,
    TARGET,
    functions,
    handler_module,
    render,
    settings_read,
    variables,
)
from infra.local.package import FUNCTION, load_template
from mara.platform.settings.tokens import TokenSettings
from tests.support.template import shared_role

SHARED = {
    "MARA_DATABASE_URL",
    "MARA_SECRETS_REVISION",
    "MARA_STAGE",
    "MARA_TRACING",
    "OPENBLAS_NUM_THREADS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "POWERTOOLS_LOG_LEVEL",
    "POWERTOOLS_SERVICE_NAME",
}
"""The stage, the database, the logs and the traces: every function has these."""

POLICY = {"Ref": "TokenSecretsPolicy"}
HTTP_LAYER = {"Ref": "HttpLayer"}


TEMPLATE = load_template()
FUNCTIONS = functions()


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = TEMPLATE["Resources"][name]["Properties"]
    return found


@cache
def read_by(name: str) -> frozenset[type[BaseSettings]]:
    return settings_read(FUNCTIONS[name])


def policies_of(name: str) -> list[Any]:
    return list(properties(name).get("Policies", []))


def variables_of(name: str) -> set[str]:
    return set(properties(name).get("Environment", {}).get("Variables", {}))


@pytest.fixture(params=sorted(FUNCTIONS))
def function(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestVariables:
    def test_are_those_of_the_settings_that_the_function_can_read(self, function: str) -> None:
        needed = variables(read_by(function))
        missing, superfluous = needed - variables_of(function), variables_of(function) - needed
        assert not missing, f"{function} lacks {missing}; run: .venv/bin/mara template"
        assert not superfluous, f"{function} reads no {superfluous}; run: .venv/bin/mara template"

    def test_shared_by_all_are_those_of_stage_database_and_logs(self) -> None:
        shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
        assert set(shared) == SHARED

    def test_are_written_as_the_generator_writes_them(self) -> None:
        text = TARGET.read_text("utf-8")
        assert render(text) == text, "run: .venv/bin/mara template"

    def test_that_the_template_can_set_are_each_read_by_a_function(self) -> None:
        read = {name for function in FUNCTIONS for name in variables_of(function)}
        assert read == set(EXPRESSIONS)

    def test_hold_no_secret_in_the_template_itself(self) -> None:
        """A parameter would put it on a command line and into the stack's history."""
        for name in ("MARA_CHAINS", "MARA_LOCAL_KEYS", "MARA_OPENSEARCH_PASSWORD"):
            assert '!Sub "secretsmanager:mara-${Stage}/' in EXPRESSIONS[name], name
        for name, parameter in TEMPLATE["Parameters"].items():
            assert "NoEcho" not in parameter, name


class TestTokenSecrets:
    def test_may_be_read_by_the_functions_that_do_and_by_no_other(self, function: str) -> None:
        reads = TokenSettings in read_by(function)
        role = shared_role(properties(function))
        given = properties(role)["ManagedPolicyArns"] if role else policies_of(function)
        assert (POLICY in given) == reads

    def test_are_in_no_environment(self) -> None:
        names = {name for function in FUNCTIONS for name in variables_of(function)} | SHARED
        assert "MARA_TOKEN_SECRETS" not in names


class TestHttpLayer:
    def test_is_attached_to_routes_alone(self, function: str) -> None:
        is_route = FUNCTIONS[function].startswith("functions.api.")
        assert (HTTP_LAYER in properties(function).get("Layers", [])) == is_route


class TestReading:
    """The derivation itself: else the tests above would hold of anything."""

    def test_follows_a_call_into_the_imports_inside_a_function(self) -> None:
        names = {
            group.__name__ for group in settings_read("functions.api.agents.ask_agent.handler")
        }
        assert {"LanguageModelSettings", "EmbedderSettings", "TokenSettings"} <= names

    def test_leaves_out_what_another_function_of_the_same_module_reads(self) -> None:
        read = settings_read("functions.schedules.forget_expired.handler")
        names = {group.__name__ for group in read}
        assert "DatabaseSettings" in names
        assert not names & {"ChainsSettings", "SearchSettings", "StorageSettings"}

    def test_notices_a_variable_too_many_and_one_too_few(self) -> None:
        text = TARGET.read_text("utf-8")
        for changed in (
            text.replace("MARA_BCRYPT_COST: !Ref BcryptCost, ", "", 1),
            text.replace("MARA_EMBEDDER: !Ref Embedder, ", "MARA_KEYS: !Ref Keys, ", 1),
        ):
            assert changed != text
            assert render(changed) == text

    def test_knows_every_function_of_the_template(self) -> None:
        resources = TEMPLATE["Resources"].items()
        of_template = {
            name: handler_module(resource["Properties"]["CodeUri"])
            for name, resource in resources
            if resource["Type"] == FUNCTION
        }
        assert functions() == of_template
