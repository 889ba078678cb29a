"""GET /api/v1/users/me/export, through the function itself."""

from collections.abc import Iterator

import pytest

from functions.api.erasure.export_user_data.handler import handler as export_user_data
from mara.wiring.erasure_work import data_job_runner
from tests.support.accounts import make_account
from tests.support.cloud import storage_and_queues
from tests.support.events import call

PATH = "/api/v1/users/me/export"


@pytest.fixture(autouse=True)
def cloud(database: str) -> Iterator[None]:
    with storage_and_queues():
        yield


class TestExportUserData:
    def test_starts_one_export_and_answers_its_link_when_it_is_ready(self) -> None:
        anna = make_account("anna")
        first = call(export_user_data, "GET", PATH, headers=anna.headers)
        second = call(export_user_data, "GET", PATH, headers=anna.headers)
        assert (first.status, second.status) == (202, 202)
        assert first.json["id"] == second.json["id"]
        assert first.json["url"] is None
        data_job_runner().run(first.json["id"])
        ready = call(export_user_data, "GET", PATH, headers=anna.headers)
        assert (ready.status, ready.json["id"]) == (200, first.json["id"])
        assert ready.json["url"].startswith("https://")
        assert ready.json["size"] > 0
        other = call(export_user_data, "GET", PATH, headers=anna.headers, query={"afresh": "true"})
        assert (other.status, other.json["id"] == first.json["id"]) == (202, False)

    def test_refuses_a_caller_without_a_token(self) -> None:
        assert call(export_user_data, "GET", PATH).status == 401
