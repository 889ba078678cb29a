"""The contract of the store of connection secrets: PostgreSQL and the fake of the fast tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from mara.kernel.envelope import DecryptionFailed
from mara.kernel.ids import new_id
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.vault.model import ConnectionSecret
from mara.vault.service.connection_secrets import ConnectionSecretService
from mara.wiring.connection_secrets import secret_store
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.vaults import fake_secret_store
from tests.support.money import make_owner

TOKEN = b"123456:bot-token-of-a-test"


@dataclass(frozen=True)
class Store:
    service: ConnectionSecretService
    make_owner: Callable[[], UUID]
    unit_of_work: Callable[..., AbstractContextManager[None]]

    def put(self, owner_id: UUID) -> ConnectionSecret:
        sealed = self.service.seal(owner_id, Secret(bytearray(TOKEN)))
        with self.unit_of_work(owner_id):
            self.service.add(sealed)
        return sealed

    def get(self, secret_id: UUID, scope: Any = SYSTEM) -> ConnectionSecret | None:
        with self.unit_of_work(scope):
            return self.service.get(secret_id)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()
        return Store(fake_secret_store(database, now), new_id, database.unit_of_work)
    request.getfixturevalue("database")
    service = secret_store()
    assert isinstance(service, ConnectionSecretService)
    return Store(service, make_owner, transaction)


class TestSecret:
    def test_is_what_was_stored_and_the_original_is_wiped(self, store: Store) -> None:
        plaintext = Secret(bytearray(TOKEN))
        owner_id = store.make_owner()
        sealed = store.service.seal(owner_id, plaintext)
        assert bytes(plaintext.reveal()) == bytes(len(TOKEN))
        with store.unit_of_work(owner_id):
            store.service.add(sealed)
        found = store.get(sealed.id)
        assert found is not None
        with store.service.open(found) as content:
            assert bytes(content) == TOKEN

    def test_of_another_owner_is_not_found_and_not_deleted(self, store: Store) -> None:
        sealed = store.put(store.make_owner())
        stranger = store.make_owner()
        assert store.get(sealed.id, stranger) is None
        with store.unit_of_work(stranger):
            store.service.delete(sealed.id)
        assert store.get(sealed.id) is not None

    def test_in_the_row_of_another_owner_is_not_decrypted(self, store: Store) -> None:
        """Drop the owner from the associated data to see it fail."""
        sealed = store.put(store.make_owner())
        for moved in (replace(sealed, owner_id=store.make_owner()), replace(sealed, id=new_id())):
            with pytest.raises(DecryptionFailed):
                store.service.open(moved)

    def test_is_deleted_once_and_a_second_time_without_effect(self, store: Store) -> None:
        sealed = store.put(store.make_owner())
        for _ in range(2):
            with store.unit_of_work(sealed.owner_id):
                store.service.delete(sealed.id)
        assert store.get(sealed.id) is None

    def test_is_undone_with_its_transaction(self, store: Store) -> None:
        owner_id = store.make_owner()
        sealed = store.service.seal(owner_id, Secret(bytearray(TOKEN)))
        with pytest.raises(ZeroDivisionError), store.unit_of_work(owner_id):
            store.service.add(sealed)
            raise ZeroDivisionError
        assert store.get(sealed.id) is None

    def test_is_rewrapped_without_a_change_of_its_content(self, store: Store) -> None:
        first, second = (store.put(store.make_owner()) for _ in range(2))
        secrets = store.service.secrets
        with store.unit_of_work(SYSTEM):
            page = secrets.list_to_rewrap("another", None, after=None, limit=1)
            rest = secrets.list_to_rewrap("another", None, after=page[0].id, limit=9)
            assert {one.id for one in (*page, *rest)} == {first.id, second.id}
            assert not secrets.list_to_rewrap(
                first.encrypted.key.key_id, first.wrapped_at, after=None, limit=9
            )
            key = replace(first.encrypted.key, key_id="another", content=b"rewrapped")
            later = first.wrapped_at + timedelta(hours=1)
            changed = first.rewrapped(replace(first.encrypted, key=key), later)
            assert secrets.update_wrapped_key(changed, first)
            assert not secrets.update_wrapped_key(changed, first)
        assert store.get(first.id) == changed


@pytest.mark.usefixtures("database")
class TestTable:
    def test_holds_no_plaintext_and_no_content_that_can_be_replaced(
        self, rows: psycopg.Connection[Any]
    ) -> None:
        store = secret_store()
        owner_id = make_owner()
        sealed = store.seal(owner_id, Secret(bytearray(TOKEN)))
        with transaction(owner_id):
            store.add(sealed)
        row = rows.execute("SELECT connection_secrets::text FROM connection_secrets").fetchone()
        assert row is not None
        assert TOKEN.hex() not in row[0]
        allowed = rows.execute(
            "SELECT has_column_privilege('mara_app', 'connection_secrets', 'content', 'UPDATE')"
        ).fetchone()
        assert allowed == (False,)
