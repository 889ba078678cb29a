"""The two search indexes, for tests that hold for either."""

import pytest


@pytest.fixture(params=["postgres", "opensearch"])
def index(request: pytest.FixtureRequest, database: str) -> str:
    kind: str = request.param
    if kind == "opensearch":
        request.getfixturevalue("opensearch")
    return kind
