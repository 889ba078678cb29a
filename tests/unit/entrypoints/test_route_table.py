"""The table of routes knows the route of a request, and the methods of a path."""

import pytest

from infra.local.package import load_template
from infra.local.route_list import TARGET, render, routes_of
from mara.entrypoints.route_table import Route, RouteTable


@pytest.fixture(scope="module")
def table() -> RouteTable:
    return RouteTable(routes_of(load_template()))


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/api/v1/health", "/api/v1/health"),
        ("GET", "/api/v1/agents/01a2", "/api/v1/agents/{agent_id}"),
        ("GET", "/api/v1/users/admin/all", "/api/v1/users/admin/all"),
        ("GET", "/api/v1/users/admin/01a2", "/api/v1/users/admin/{user_id}"),
        ("GET", "/docs/swagger-ui.css", "/docs/{proxy+}"),
        ("GET", "/docs/a/b", "/docs/{proxy+}"),
        ("GET", "/no/such/route", "/{proxy+}"),
        ("DELETE", "/no.such", "/{proxy+}"),
        ("OPTIONS", "/api/v1/agents", "/{proxy+}"),
    ],
)
def test_a_request_has_its_most_specific_route(
    table: RouteTable, method: str, path: str, route: str
) -> None:
    assert table.match(method, path).route == Route(method, route)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/v1/health", {"GET", "OPTIONS"}),
        ("HEAD", "/api/v1/health", {"GET", "OPTIONS"}),
        ("TRACE", "/api/v1/auth/login", {"POST", "OPTIONS"}),
        ("GET", "/api/v1/auth/login", {"POST", "OPTIONS"}),
        ("POST", "/docs", {"GET", "OPTIONS"}),
    ],
)
def test_a_known_path_with_another_method_has_no_route_and_names_those_it_has(
    table: RouteTable, method: str, path: str, allowed: set[str]
) -> None:
    match = table.match(method, path)
    assert match.route is None
    assert set(match.allowed) == allowed


@pytest.mark.parametrize("path", ["/", "/_mara/status"])
def test_a_path_outside_of_the_table_has_no_methods(path: str) -> None:
    table = RouteTable([Route("GET", "/api/v1/health")])
    assert table.match("GET", path).route is None
    assert table.match("GET", path).allowed == ()


def test_every_route_of_the_template_is_found_by_a_request_for_it(table: RouteTable) -> None:
    import re

    for route in routes_of(load_template()):
        path = re.sub(r"{[^}]+}", "x1", route.path)
        found = table.match(route.method, path).route
        assert found is not None
        assert found.method == route.method


def test_the_list_beside_the_function_is_that_of_the_template() -> None:
    assert TARGET.read_text("utf-8") == render(), "run `.venv/bin/mara generate`"
