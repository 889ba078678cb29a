"""GET /api/v1/users/me/export, through the function itself."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from functions.api.erasure.export_user_data.handler import handler as export_user_data
from mara.erasure.model.data_job import EXPORT_ATTEMPTS_MAX, EXPORT_EVERY, LEASE
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.wiring.erasure_work import data_job_runner
from tests.support.accounts import make_account
from tests.support.cloud import storage_and_queues
from tests.support.events import call

PATH = "/api/v1/users/me/export"
AFRESH = {"afresh": "true"}


class Killed(BaseException):
    """The process ends here."""


def kill(_: object) -> None:
    raise Killed


def begin_and_kill(job_id: Any, at: datetime) -> None:
    with suppress(Killed):
        replace(data_job_runner(), work=kill, now=lambda: at).run(job_id)


def let_an_hour_pass() -> None:
    with transaction(SYSTEM):
        connection().execute(
            "UPDATE data_jobs SET requested_at = requested_at - %s", [EXPORT_EVERY]
        )


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
        soon = call(export_user_data, "GET", PATH, headers=anna.headers, query=AFRESH)
        assert (soon.status, soon.json["id"]) == (200, first.json["id"])
        let_an_hour_pass()
        other = call(export_user_data, "GET", PATH, headers=anna.headers, query=AFRESH)
        assert (other.status, other.json["id"] == first.json["id"]) == (202, False)

    def test_shows_an_export_whose_workers_were_killed_as_failed_until_it_is_asked_afresh(
        self,
    ) -> None:
        anna = make_account("anna")
        first = call(export_user_data, "GET", PATH, headers=anna.headers)
        for number in range(EXPORT_ATTEMPTS_MAX + 1):
            begin_and_kill(first.json["id"], now() + 2 * number * LEASE)
        failed = call(export_user_data, "GET", PATH, headers=anna.headers)
        assert (failed.json["id"], failed.json["state"]) == (first.json["id"], "failed")
        let_an_hour_pass()
        still = call(export_user_data, "GET", PATH, headers=anna.headers)
        assert still.json["id"] == first.json["id"]
        other = call(export_user_data, "GET", PATH, headers=anna.headers, query=AFRESH)
        assert (other.json["state"], other.json["id"] == first.json["id"]) == ("waiting", False)

    def test_refuses_a_caller_without_a_token(self) -> None:
        assert call(export_user_data, "GET", PATH).status == 401
