"""One effect per Idempotency-Key, on a route of the test's own, with the real PostgreSQL."""

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import psycopg
import pytest
from pydantic import BaseModel

from mara.entrypoints import idempotency
from mara.entrypoints.http import USER, LambdaHandler, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.errors import Conflict, Unavailable
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, disconnect, transaction
from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call

PATH = "/api/v1/things"
KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"


class ThingIn(BaseModel):
    name: str


class Flaky(Unavailable):
    title = "Flaky"


class Taken(Conflict):
    title = "Taken"


Failure = BaseException | Callable[[], None] | None
CRASH = SystemExit()
"""Stands for the end of the process: nothing after it runs."""


def lose_the_connection() -> None:
    """As where the server or the network ends."""
    with socket.socket(fileno=os.dup(connection().fileno())) as link:
        link.shutdown(socket.SHUT_RDWR)


def lose_the_answer_to_the_commit() -> None:
    open_one: Any = connection()

    def commit() -> None:
        psycopg.Connection.commit(open_one)
        open_one.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    open_one.commit = commit


def strike(failure: Failure) -> None:
    if failure is CRASH:
        os._exit(9)
    if callable(failure):
        failure()
        return
    if failure:
        raise failure


class Things:
    """A route that stores a row in a transaction of its own, and fails where it is told to."""

    before_commit: Failure = None
    after_commit: Failure = None

    def __init__(self) -> None:
        app = api(access=USER)

        @app.post(PATH, status_code=201)
        async def make_thing(body: ThingIn, caller: Caller) -> dict[str, str]:
            with transaction(caller.user_id):
                connection().execute("SELECT 1")
            with transaction(caller.user_id):
                connection().execute("INSERT INTO things VALUES (%s)", (body.name,))
                strike(self.before_commit)
            strike(self.after_commit)
            return {"name": body.name, "secret": "shown-this-once"}

        self.handler: LambdaHandler = lambda_handler(app)
        self.account: Account = make_account()

    def make(self, name: str = "lamp", key: str | None = KEY) -> Answer:
        headers = dict(self.account.headers)
        if key:
            headers["idempotency-key"] = key
        return call(self.handler, "POST", PATH, body={"name": name}, headers=headers)

    def count(self) -> int:
        with transaction(SYSTEM):
            row = connection().execute("SELECT count(*) FROM things").fetchone()
        assert row
        return int(row[0])


@pytest.fixture
def things(as_owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch) -> Things:
    as_owner.execute("CREATE TABLE things (name text)")
    as_owner.execute("GRANT ALL ON things TO mara_app")
    return Things()


def make_and_die(things: Things) -> None:
    disconnect()
    process = get_context("fork").Process(target=things.make)
    process.start()
    process.join()
    assert process.exitcode == 9


def let_time_pass(monkeypatch: pytest.MonkeyPatch, time: timedelta) -> None:
    monkeypatch.setattr(idempotency, "now", lambda: now() + time)


class TestOnce:
    def test_gives_the_first_answer_again(self, things: Things) -> None:
        first, second = things.make(), things.make()
        assert (first.status, second.status) == (201, 201)
        assert second.json == first.json
        assert second.headers["idempotent-replayed"] == "true"
        assert things.count() == 1

    def test_without_a_key_every_request_counts(self, things: Things) -> None:
        things.make(key=None)
        things.make(key=None)
        assert things.count() == 2

    def test_refuses_the_key_for_another_body(self, things: Things) -> None:
        things.make()
        refused = things.make("chair")
        assert (refused.status, refused.json["code"]) == (409, "idempotency_key_reused")
        assert things.count() == 1

    def test_users_do_not_share_keys(self, things: Things) -> None:
        things.make()
        things.account = make_account("boris")
        assert "idempotent-replayed" not in things.make().headers
        assert things.count() == 2

    def test_ten_at_once_have_one_effect(self, things: Things) -> None:
        disconnect()

        def statuses() -> Iterator[int]:
            with ProcessPoolExecutor(10, mp_context=get_context("fork")) as pool:
                yield from pool.map(_make_in_a_process, [things.account] * 10)

        found = list(statuses())
        assert things.count() == 1
        assert set(found) <= {201, 409}
        assert 201 in found

    def test_a_refusal_may_be_tried_again_with_the_same_key(self, things: Things) -> None:
        for failure, status in ((Flaky("x"), 503), (Taken("x"), 409)):
            things.before_commit = failure
            assert things.make().status == status
        things.before_commit = None
        assert things.make().status == 201
        assert things.count() == 1

    def test_a_bug_before_the_commit_may_be_tried_again(self, things: Things) -> None:
        things.before_commit = ZeroDivisionError()
        assert things.make().status == 500
        things.before_commit = None
        assert things.make().status == 201

    def test_a_bug_after_the_commit_is_never_done_twice(self, things: Things) -> None:
        things.after_commit = ZeroDivisionError()
        assert things.make().status == 500
        things.after_commit = None
        assert things.make().json["code"] == "request_in_progress"
        assert things.count() == 1

    def test_a_commit_whose_answer_was_lost_is_never_done_twice(
        self, things: Things, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        things.before_commit = lose_the_answer_to_the_commit
        assert things.make().json["code"] == "database_unavailable"
        things.before_commit = None
        assert things.make().json["code"] == "request_in_progress"
        let_time_pass(monkeypatch, idempotency.CLAIM_LEASE + timedelta(seconds=1))
        assert things.make().json["code"] == "outcome_unknown"
        assert things.count() == 1

    def test_a_connection_lost_before_the_commit_may_be_tried_again(self, things: Things) -> None:
        things.before_commit = lose_the_connection
        assert things.make().json["code"] == "database_unavailable"
        things.before_commit = None
        assert things.make().status == 201
        assert things.count() == 1

    def test_after_a_crash_before_the_effect_the_claim_is_taken_over(
        self, things: Things, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        things.before_commit = CRASH
        make_and_die(things)
        things.before_commit = None
        assert things.make().json["code"] == "request_in_progress"
        let_time_pass(monkeypatch, idempotency.CLAIM_LEASE + timedelta(seconds=1))
        assert things.make().status == 201
        assert things.count() == 1

    def test_after_a_crash_behind_the_effect_it_is_not_done_again(
        self, things: Things, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        things.after_commit = CRASH
        make_and_die(things)
        things.after_commit = None
        let_time_pass(monkeypatch, idempotency.CLAIM_LEASE + timedelta(seconds=1))
        assert things.make().json["code"] == "outcome_unknown"
        assert things.count() == 1

    def test_a_day_later_the_key_is_free(
        self, things: Things, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        things.make()
        let_time_pass(monkeypatch, idempotency.RETENTION + timedelta(seconds=1))
        assert things.make("chair").status == 201

    def test_the_stored_answer_is_sealed(
        self, things: Things, as_owner: psycopg.Connection[Any]
    ) -> None:
        things.make()
        with transaction(SYSTEM):
            rows = connection().execute("SELECT k::text, response FROM idempotency_keys k")
            text, response = rows.fetchone() or ("", b"")
        assert response
        assert "shown-this-once" not in text
        assert b"shown-this-once" not in bytes(response)
        assert KEY not in text

    @pytest.mark.parametrize("key", ["", "x" * 256])
    def test_refuses_a_key_that_is_none(self, things: Things, key: str) -> None:
        headers = {**things.account.headers, "idempotency-key": key}
        answer = call(things.handler, "POST", PATH, body={"name": "lamp"}, headers=headers)
        assert (answer.status, answer.json["code"]) == (422, "invalid_idempotency_key")


def _make_in_a_process(account: Account) -> int:
    # The route is made anew in the fork, without a new account.
    things = Things.__new__(Things)
    app = api(access=USER)

    @app.post(PATH, status_code=201)
    async def make_thing(body: ThingIn, caller: Caller) -> dict[str, str]:
        with transaction(caller.user_id):
            connection().execute("INSERT INTO things VALUES (%s)", (body.name,))
        return {"name": body.name}

    things.handler = lambda_handler(app)
    things.account = account
    try:
        return things.make().status
    finally:
        disconnect()
