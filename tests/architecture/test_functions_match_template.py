"""Folders, template, docstrings, OpenAPI, permissions and the README agree."""

import importlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from infra.local import route_list
from infra.local import routes as routes_
from infra.local.openapi import TARGET
from infra.local.package import FUNCTION, load_template
from infra.local.settings import ROOT
from infra.local.triggers import README, Trigger, render, triggers
from mara.wallets.model import Network

GENERATED = (TARGET, route_list.TARGET)
"""Data of a function, beside its handler."""
LINES_MAX = 40
PREFLIGHT = "AnswerPreflight"
DEAD_LETTERS = "functions/queues/keep_dead_letters"
"""Its many queues are in infra/dead-letters.yaml."""
TRIGGERS = {trigger.folder: trigger for trigger in triggers()}


@cache
def functions() -> dict[str, dict[str, Any]]:
    """By logical id: what the template says of each function."""
    return {
        name: resource["Properties"]
        for name, resource in load_template()["Resources"].items()
        if resource["Type"] == FUNCTION
    }


def events(name: str) -> list[dict[str, Any]]:
    return list(functions()[name].get("Events", {}).values())


def routes(name: str) -> set[str]:
    return {
        f"{event['Properties']['Method'].upper()} {event['Properties']['Path']}"
        for event in events(name)
        if event["Type"] == "Api"
    }


def resource_of(folder: str) -> str:
    return folder.rsplit("/", 1)[1].title().replace("_", "")


def queue_of(event: dict[str, Any]) -> str:
    """The queue's name without the stage."""
    resource, _ = event["Properties"]["Queue"]["Fn::GetAtt"]
    name: str = load_template()["Resources"][resource]["Properties"]["QueueName"]["Fn::Sub"]
    return name.removeprefix("mara-${Stage}-")


def operations() -> Iterator[tuple[str, str]]:
    """(operation, "METHOD /path") of the OpenAPI document."""
    for path, methods in json.loads(TARGET.read_text("utf-8"))["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], f"{method.upper()} {path}"


@pytest.fixture(params=list(TRIGGERS.values()), ids=list(TRIGGERS))
def trigger(request: pytest.FixtureRequest) -> Trigger:
    found: Trigger = request.param
    return found


class TestFolders:
    def test_each_is_a_function_of_the_template_by_its_name(self) -> None:
        of_template = {
            name: properties["CodeUri"].rstrip("/") for name, properties in functions().items()
        }
        assert of_template == {resource_of(folder): folder for folder in TRIGGERS}

    def test_each_holds_a_short_handler_and_nothing_else(self, trigger: Trigger) -> None:
        folder = ROOT / trigger.folder
        found = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
        generated = {path.name for path in GENERATED if path.parent == folder}
        assert found == {"handler.py", *generated}
        lines = (folder / "handler.py").read_text("utf-8").splitlines()
        assert len(lines) <= LINES_MAX

    def test_each_handler_can_be_called(self, trigger: Trigger) -> None:
        module = importlib.import_module(f"{trigger.folder.replace('/', '.')}.handler")
        assert callable(module.handler)

    def test_nothing_else_stands_beside_them(self) -> None:
        files = {path for path in (ROOT / "functions").rglob("*.py") if path.name != "handler.py"}
        assert files == set()


class TestDocstrings:
    def test_name_what_calls_the_function(self, trigger: Trigger) -> None:
        assert trigger.what.endswith(".")
        name = resource_of(trigger.folder)
        kind = trigger.folder.split("/")[1]
        if kind == "api":
            assert trigger.source in routes(name)
        elif trigger.folder == DEAD_LETTERS:
            assert (trigger.source, events(name)) == ("SQS *-dead", [])
        elif kind == "queues":
            assert [f"SQS {queue_of(event)}" for event in events(name)] == [trigger.source]
        elif kind == "logs":
            assert {event["Type"] for event in events(name)} == {"CloudWatchLogs"}
            assert trigger.source == "CloudWatch Logs"
        else:
            rates = {event["Properties"]["ScheduleExpression"] for event in events(name)}
            assert {f"EventBridge {rate}" for rate in rates} == {trigger.source}

    def test_of_a_queue_name_the_folder_too(self) -> None:
        for folder, trigger in TRIGGERS.items():
            if folder.startswith("functions/queues/") and folder != DEAD_LETTERS:
                assert trigger.source.removeprefix("SQS ").replace("-", "_") == folder.split("/")[2]


class TestOpenApi:
    def test_has_the_operation_of_every_folder_at_its_route(self) -> None:
        documented = dict(operations())
        for folder, app in routes_.apps():
            names = [route.name for route in app.api_routes if route.include_in_schema]
            if names:
                served = {documented[name] for name in names}
                assert routes(resource_of(folder)) == served, folder
                assert app.operation == folder.rsplit("/", 1)[1]

    def test_leaves_out_only_what_is_no_part_of_the_api(self) -> None:
        documented = {operation for operation, _ in operations()}
        declared = {route.operation for route in routes_.declarations()}
        hidden = {
            *("answer_preflight", "refuse_unknown_route"),
            *("explain_problem", "get_openapi", "show_docs"),
        }
        assert declared - documented == hidden
        assert documented <= declared


class TestPermissions:
    def test_are_declared_by_every_function_of_the_api_and_by_no_other(self) -> None:
        """Invariant 2: a route without a rule does not even import."""
        of_api = {folder for folder in TRIGGERS if folder.startswith("functions/api/")}
        assert {declared.folder for declared in routes_.declarations()} == of_api

    def test_are_those_of_the_reviewed_table(self) -> None:
        """A change of access, scope or limit shows in the review as a line of this file."""
        table = routes_.TARGET.read_text("utf-8")
        assert table == routes_.render(), "run: .venv/bin/mara permissions"


class TestPreflight:
    def test_is_answered_on_every_path_by_one_route(self) -> None:
        """A REST API routes on the pair of path and method: no path may have an OPTIONS of its own.

        tests/e2e/test_story.py sends a preflight to paths that have routes.
        """
        assert routes(PREFLIGHT) == {"OPTIONS /{proxy+}"}
        others = [route for name in functions() if name != PREFLIGHT for route in routes(name)]
        assert not [route for route in others if route.startswith("OPTIONS ")]


class TestScans:
    def test_have_a_schedule_of_their_own_for_every_network(self) -> None:
        """One that hangs is an invocation of its own, and delays no other."""
        inputs = [json.loads(event["Properties"]["Input"]) for event in events("ScanChain")]
        assert sorted(given["network"] for given in inputs) == sorted(Network)


class TestRoutes:
    def test_belong_to_one_function_each(self) -> None:
        every = [route for name in functions() for route in sorted(routes(name))]
        assert len(every) == len(set(every))


class TestReadme:
    def test_has_the_table_of_triggers_of_today(self) -> None:
        readme = README.read_text("utf-8")
        assert readme == render(readme), "run: .venv/bin/mara triggers"
