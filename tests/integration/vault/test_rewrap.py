"""Rotation of the key that wraps: interrupted, repeated, side by side, and with a broken row."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import psycopg
import pytest

from mara.platform.clock import now
from mara.platform.database import disconnect
from mara.vault.service import rewrap
from mara.wiring.vault import rewrap_service, vault_service
from tests.support.accounts import make_account
from tests.support.environment import LOCAL_KEYS
from tests.support.vaults import open_seed

Owner = psycopg.Connection[Any]
FORK = get_context("fork")
NEW = {"local-2": "0f" * 32}
KILLED_AFTER = 3


@pytest.fixture
def seeds(rows: Owner, monkeypatch: pytest.MonkeyPatch) -> dict[UUID, bytes]:
    """By owner, those of seven vaults; batches are so small that there are several of them."""
    monkeypatch.setattr(rewrap, "BATCH", 2)
    found = {}
    for number in range(7):
        caller = make_account(f"user{number}").principal
        vault_service().get_or_create(caller)
        found[caller.user_id] = bytes(open_seed(rows, caller.user_id).reveal())
    return found


@pytest.fixture
def rotated(seeds: dict[UUID, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARA_LOCAL_KEYS", json.dumps({**NEW, **LOCAL_KEYS}))


@pytest.fixture(autouse=True)
def nothing_is_lost(rows: Owner, seeds: dict[UUID, bytes]) -> Iterator[None]:
    """Whatever a test does, every seed opens in the end, and is the one it was."""
    before = ciphertexts(rows)
    yield
    assert {owner: bytes(open_seed(rows, owner).reveal()) for owner in seeds} == seeds
    assert ciphertexts(rows) == before


def ciphertexts(rows: Owner) -> list[tuple[Any, ...]]:
    found = rows.execute("SELECT owner_id, seed, seed_nonce, evm_key FROM vaults ORDER BY id")
    return found.fetchall()


def under(rows: Owner, key_id: str) -> int:
    found = rows.execute("SELECT count(*) FROM vaults WHERE seed_key_id = %s", [key_id]).fetchone()
    return int(found[0]) if found else 0


def be_killed(vaults: int) -> None:
    if vaults == KILLED_AFTER:
        os.kill(os.getpid(), signal.SIGKILL)


def rewrap_in_a_process(_: int) -> int:
    try:
        return rewrap_service().rewrap().rewrapped
    finally:
        disconnect()


class TestRewrap:
    def test_has_nothing_to_do_before_a_rotation(self, rows: Owner) -> None:
        assert rewrap_service().rewrap().rewrapped == 0
        assert under(rows, "local-1") == 7

    @pytest.mark.usefixtures("rotated")
    def test_puts_every_seed_under_the_new_key(
        self, rows: Owner, seeds: dict[UUID, bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heard: list[int] = []
        done = rewrap_service().rewrap(report=heard.append)
        assert (done.rewrapped, done.broken) == (7, [])
        assert heard == [1, 2, 3, 4, 5, 6, 7]
        monkeypatch.setenv("MARA_LOCAL_KEYS", json.dumps(NEW))  # the old key is destroyed
        assert under(rows, "local-2") == 7
        assert {bytes(open_seed(rows, owner).reveal()) for owner in seeds} == set(seeds.values())

    @pytest.mark.usefixtures("rotated")
    def test_goes_on_where_it_was_killed(self, rows: Owner) -> None:
        disconnect()  # a forked child must not share our connection
        child = FORK.Process(target=rewrap_service().rewrap, args=(None, be_killed))
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL
        assert (under(rows, "local-2"), under(rows, "local-1")) == (3, 4)
        assert rewrap_service().rewrap().rewrapped == 4
        assert rewrap_service().rewrap().rewrapped == 0
        assert under(rows, "local-2") == 7

    @pytest.mark.usefixtures("rotated")
    def test_may_run_several_times_at_once(self, rows: Owner) -> None:
        disconnect()
        with ProcessPoolExecutor(max_workers=4, mp_context=FORK) as pool:
            done = list(pool.map(rewrap_in_a_process, range(4)))
        assert sum(done) == 7
        assert under(rows, "local-2") == 7

    @pytest.mark.usefixtures("rotated")
    def test_leaves_what_does_not_open_as_it_is_and_goes_on(self, rows: Owner) -> None:
        row = rows.execute("SELECT id, seed_wrapped_key FROM vaults ORDER BY id LIMIT 1").fetchone()
        assert row is not None
        broken, wrapped = row
        change = "UPDATE vaults SET seed_wrapped_key = %s WHERE id = %s"
        rows.execute(change, [bytes(len(wrapped)), broken])
        done = rewrap_service().rewrap()
        assert (done.rewrapped, done.broken) == (6, [broken])
        assert under(rows, "local-1") == 1
        rows.execute(change, [wrapped, broken])

    def test_takes_those_wrapped_before_a_moment_where_the_key_keeps_its_id(
        self, rows: Owner
    ) -> None:
        """KMS rotates the material of a key under the same id."""
        wrapped = {row for (row,) in rows.execute("SELECT seed_wrapped_key FROM vaults")}
        before = now()
        assert rewrap_service().rewrap(before - timedelta(hours=1)).rewrapped == 0
        assert rewrap_service().rewrap(before).rewrapped == 7
        assert rewrap_service().rewrap(before).rewrapped == 0
        anew = {row for (row,) in rows.execute("SELECT seed_wrapped_key FROM vaults")}
        assert not wrapped & anew
