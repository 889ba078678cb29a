"""Parameters of the template in the local stage, which variables of `make up` set."""

import pytest

from infra.local.deploy import parameters


def test_the_origins_of_browsers_are_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARA_CORS_ORIGINS", raising=False)
    assert "http://localhost:5173" in parameters({})["CorsOrigins"].split(",")
    monkeypatch.setenv("MARA_CORS_ORIGINS", "http://localhost:4321")
    assert parameters({})["CorsOrigins"] == "http://localhost:4321"
