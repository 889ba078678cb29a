"""What the database itself refuses, whoever asks: Invariant 14, and Invariant 2 for money."""

from subprocess import CalledProcessError
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from infra.local.postgres import OWNER, PostgresServer
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import (
    Balance,
    Cause,
    PlatformAccount,
    TransferKind,
    TransferRequest,
    UserAccount,
)
from mara.platform.database import connection, transaction
from mara.wiring.ledger import ledger_service
from tests.support.money import balance_of, in_an_hour, make_owner
from tests.support.postgres import migrate

TABLES = ("ledger_accounts", "ledger_transfers", "ledger_postings", "ledger_holds")
APPEND_ONLY = ("ledger_transfers", "ledger_postings")
TRANSFER = """
    INSERT INTO ledger_transfers (id, key, kind, reference, owner_id, ends_id, expires_at, legs,
        content, created_at)
    VALUES (%(id)s, %(id)s, 'charge', 'by hand', %(owner)s, %(ends)s, %(expires)s, %(legs)s, '',
        now())
"""
POSTING = "INSERT INTO ledger_postings (transfer_id, leg, owner_id, account, amount) VALUES "

Link = psycopg.Connection[Any]


@pytest.fixture
def owner_id(database: str) -> UUID:
    return make_owner(10)


@pytest.fixture
def owner_link(as_owner: Link, owner_id: UUID) -> Link:
    """The owner of the tables, who may do more than any code of ours ever can."""
    as_owner.execute("SELECT set_config('mara.scope', 'system', false)")
    return as_owner


def begin(link: Link, owner_id: UUID, legs: int = 2, **about: object) -> UUID:
    transfer_id = new_id()
    values = {"id": transfer_id, "owner": owner_id, "legs": legs, "ends": None, "expires": None}
    link.execute(TRANSFER, values | about)
    return transfer_id


def post(link: Link, *postings: tuple[object, ...]) -> None:
    """All in one statement."""
    values = ", ".join(["(%s, %s, %s, %s, %s)"] * len(postings))
    link.execute((POSTING + values).encode(), [part for row in postings for part in row])


class TestTransfer:
    def test_by_hand_moves_the_balance_too(self, owner_link: Link, owner_id: UUID) -> None:
        """Else the refusals below could have another reason."""
        id_ = begin(owner_link, owner_id)
        post(owner_link, (id_, 1, owner_id, "available", -4), (id_, 2, None, "revenue", 4))
        assert balance_of(owner_id) == Balance(available=6)

    @pytest.mark.parametrize("amounts", [(-4, 5), (-4, 3), (4, 4)])
    def test_out_of_balance_is_refused(
        self, owner_link: Link, owner_id: UUID, amounts: tuple[int, int]
    ) -> None:
        id_ = begin(owner_link, owner_id)
        postings = (
            (id_, 1, owner_id, "available", amounts[0]),
            (id_, 2, None, "revenue", amounts[1]),
        )
        with pytest.raises(errors.CheckViolation, match="not balanced"):
            post(owner_link, *postings)
        assert balance_of(owner_id) == Balance(available=10)

    def test_is_refused_in_parts_even_if_they_were_balanced_in_the_end(
        self, owner_link: Link, owner_id: UUID
    ) -> None:
        with pytest.raises(errors.CheckViolation), owner_link.transaction():
            id_ = begin(owner_link, owner_id)
            post(owner_link, (id_, 1, owner_id, "available", -4))
            post(owner_link, (id_, 2, None, "revenue", 4))

    def test_is_refused_in_parts_even_if_each_of_them_is_balanced(
        self, owner_link: Link, owner_id: UUID
    ) -> None:
        id_ = begin(owner_link, owner_id, legs=4)
        for legs in ((1, 2), (3, 4)):
            parts = (
                (id_, legs[0], owner_id, "available", -4),
                (id_, legs[1], None, "revenue", 4),
            )
            with pytest.raises(errors.CheckViolation, match="not whole"):
                post(owner_link, *parts)

    def test_is_not_added_to_later(self, owner_link: Link, owner_id: UUID) -> None:
        id_ = begin(owner_link, owner_id)
        first = ((id_, 1, owner_id, "available", -4), (id_, 2, None, "revenue", 4))
        post(owner_link, *first)
        with pytest.raises(errors.UniqueViolation):
            post(owner_link, *first)
        with pytest.raises(errors.CheckViolation):
            post(owner_link, *[(id_, leg + 2, *rest) for _, leg, *rest in first])

    def test_that_was_never_begun_has_no_postings(self, owner_link: Link, owner_id: UUID) -> None:
        id_ = new_id()
        with pytest.raises(errors.CheckViolation):
            post(owner_link, (id_, 1, owner_id, "available", -4), (id_, 2, None, "revenue", 4))

    def test_touches_the_accounts_of_one_user_only(self, owner_link: Link, owner_id: UUID) -> None:
        id_, other = begin(owner_link, owner_id), make_owner()
        with pytest.raises(errors.CheckViolation):
            post(owner_link, (id_, 1, owner_id, "available", -4), (id_, 2, other, "available", 4))

    @pytest.mark.parametrize("account", ["available", "reserved", "suspense"])
    def test_takes_no_account_of_a_user_below_zero(
        self, owner_link: Link, owner_id: UUID, account: str
    ) -> None:
        id_ = begin(owner_link, owner_id)
        with pytest.raises(errors.CheckViolation, match="floor"):
            post(owner_link, (id_, 1, owner_id, account, -11), (id_, 2, None, "revenue", 11))

    @pytest.mark.parametrize("account", ["custody:ethereum", "available", "cash"])
    def test_knows_no_other_account_of_the_platform(
        self, owner_link: Link, owner_id: UUID, account: str
    ) -> None:
        id_ = begin(owner_link, owner_id)
        with pytest.raises(errors.CheckViolation):
            post(owner_link, (id_, 1, owner_id, "available", -4), (id_, 2, None, account, 4))

    def test_of_a_key_is_there_once(self, owner_link: Link, owner_id: UUID) -> None:
        id_ = begin(owner_link, owner_id)
        with pytest.raises(errors.UniqueViolation, match="ledger_"):
            owner_link.execute(
                TRANSFER.replace("VALUES (%(id)s", "VALUES (gen_random_uuid()"),
                {"id": id_, "owner": owner_id, "legs": 2, "ends": None, "expires": None},
            )

    def test_reserves_only_as_a_hold(self, owner_link: Link, owner_id: UUID) -> None:
        id_ = begin(owner_link, owner_id)
        with pytest.raises(errors.DatabaseError, match="hold"):
            post(
                owner_link,
                (id_, 1, owner_id, "available", -4),
                (id_, 2, owner_id, "reserved", 4),
            )

    def test_ends_a_hold_only_by_giving_back_what_it_holds(
        self, owner_link: Link, owner_id: UUID
    ) -> None:
        with transaction(SYSTEM):
            held = ledger_service().hold(owner_id, 4, Cause("h", "r"), expires_at=in_an_hour())
        id_ = begin(owner_link, owner_id, ends=held.id)
        with pytest.raises(errors.CheckViolation, match="not balanced or not whole"):
            post(owner_link, (id_, 1, owner_id, "available", -4), (id_, 2, None, "revenue", 4))
        with pytest.raises(errors.UniqueViolation, match="ledger_ends"):
            begin(owner_link, owner_id, ends=held.id)


class TestWhatWasPosted:
    @pytest.mark.parametrize("table", APPEND_ONLY)
    @pytest.mark.parametrize(
        "statement", ["UPDATE {} SET owner_id = owner_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
    )
    def test_is_not_changed_or_deleted_even_by_the_owner(
        self, owner_link: Link, table: str, statement: str
    ) -> None:
        with pytest.raises(errors.InsufficientPrivilege, match="only added to"):
            owner_link.execute(statement.format(table).encode())

    @pytest.mark.parametrize("table", TABLES)
    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO {} SELECT * FROM {}",
            "UPDATE {} SET owner_id = owner_id",
            "DELETE FROM {}",
            "TRUNCATE {}",
        ],
    )
    def test_is_only_read_by_the_app(self, owner_id: UUID, table: str, statement: str) -> None:
        with (
            pytest.raises(errors.InsufficientPrivilege, match="permission denied"),
            transaction(SYSTEM),
        ):
            connection().execute(statement.format(table, table).encode())

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_accounts SET available = available + 1",
            "DELETE FROM ledger_accounts",
            "INSERT INTO ledger_accounts (owner_id, available) VALUES (gen_random_uuid(), 5)",
            "INSERT INTO ledger_holds SELECT id, owner_id, 1, now() FROM ledger_transfers",
            "TRUNCATE ledger_accounts",
            "TRUNCATE ledger_holds",
        ],
    )
    def test_is_what_balances_and_holds_follow_from(self, owner_link: Link, statement: str) -> None:
        with pytest.raises(errors.InsufficientPrivilege, match="only added to"):
            owner_link.execute(statement.encode())

    def test_outlives_the_account_of_the_user(self, owner_link: Link, owner_id: UUID) -> None:
        with pytest.raises(errors.ForeignKeyViolation):
            owner_link.execute("DELETE FROM users WHERE id = %s", [owner_id])


class TestTenants:
    """Invariant 2."""

    def test_see_their_own_rows_and_nothing_of_the_platform(self, owner_id: UUID) -> None:
        other = make_owner(7)
        for who in (owner_id, other):
            with transaction(SYSTEM):
                ledger_service().hold(who, 1, Cause(f"{who}", "r"), expires_at=in_an_hour())
        for _ in range(3):
            for who in (owner_id, other):
                with transaction(who):
                    for table in TABLES:
                        seen = connection().execute(f"SELECT DISTINCT owner_id FROM {table}")
                        assert seen.fetchall() == [(who,)], table

    def test_see_all_of_it_only_as_the_system(self, owner_id: UUID) -> None:
        with transaction(SYSTEM):
            seen = connection().execute("SELECT account FROM ledger_postings ORDER BY 1")
            assert seen.fetchall() == [("available",), ("custody:tron",)]

    def test_move_only_their_own_money(self, owner_id: UUID) -> None:
        other = make_owner(7)
        with pytest.raises(errors.InsufficientPrivilege), transaction(owner_id):
            ledger_service().charge(other, 1, Cause("c", "r"))
        with transaction(owner_id):
            ledger_service().charge(owner_id, 1, Cause("c", "r"))
        assert (balance_of(owner_id).available, balance_of(other).available) == (9, 7)

    def test_do_not_learn_whose_a_key_is(self, owner_id: UUID) -> None:
        other = make_owner(7)
        with transaction(SYSTEM):
            first = ledger_service().charge(other, 1, Cause("c", "r"))
        with (
            pytest.raises(Exception, match="Use a new key") as refusal,
            transaction(owner_id),
        ):
            ledger_service().charge(owner_id, 1, Cause("c", "r"))
        assert str(first.id) not in str(refusal.value)

    def test_cannot_add_to_what_they_have(self, owner_id: UUID) -> None:
        gain = TransferRequest.between(
            5,
            TransferKind.REFUND,
            (PlatformAccount.REVENUE, UserAccount.AVAILABLE),
            owner_id=owner_id,
            cause=Cause("gain", "x"),
        )
        with (
            pytest.raises(errors.InsufficientPrivilege, match="may not add"),
            transaction(owner_id),
        ):
            ledger_service().transfer(gain)


class TestDowngrade:
    def test_drops_an_empty_ledger(self, postgres: PostgresServer, database: str) -> None:
        url = postgres.url(OWNER, database.rsplit("/", 1)[1])
        migrate(url, "downgrade", "wallets")
        migrate(url, "upgrade", "head")
        assert balance_of(make_owner(5)).available == 5

    def test_keeps_what_was_deposited_but_no_account_of_credits(
        self, postgres: PostgresServer, database: str, owner_id: UUID
    ) -> None:
        url = postgres.url(OWNER, database.rsplit("/", 1)[1])
        migrate(url, "downgrade", "billing")
        migrate(url, "upgrade", "head")
        with transaction(SYSTEM):
            ledger_service().credit(owner_id, 5, Cause("credit:1", "1"))
        with pytest.raises(CalledProcessError) as failure:
            migrate(url, "downgrade", "billing")
        assert b"ledger_postings_check" in failure.value.stderr
        assert balance_of(owner_id).available == 15

    def test_is_refused_once_money_has_moved(
        self, postgres: PostgresServer, database: str, owner_id: UUID
    ) -> None:
        with pytest.raises(CalledProcessError) as failure:
            migrate(postgres.url(OWNER, database.rsplit("/", 1)[1]), "downgrade", "wallets")
        assert b"it is not dropped" in failure.value.stderr
        assert balance_of(owner_id).available == 10
