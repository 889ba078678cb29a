"""Core statements on the one psycopg connection."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Column, MetaData, Table, Text, Uuid, bindparam, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from mara.kernel.page import PageRequest
from mara.kernel.text import UnusableText
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.platform.schema import JSON, Converted, dump_json, enumerated
from mara.platform.sql import (
    bound,
    constant,
    equals_if_given,
    execute,
    fetch_all,
    fetch_one,
    fetch_value,
    page_parameters,
    paged,
)
from mara.platform.tables import outbox


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


paints = Table(
    "paints",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("colour", enumerated(Colour)),
    Column("recipe", JSON),
    Column("tags", Converted(JSONB(), load=frozenset, dump=lambda tags: f'["{min(tags)}"]')),
    Column("note", Text),
)
ADD = insert(paints).values(bound(paints.c))
LIST = paged(select(paints), paints.c.id).where(equals_if_given(paints.c.colour, "colour"))
RED = select(paints.c.id).where(paints.c.colour == constant(Colour.RED))
NOTE = select(paints.c.note).where(paints.c.id == bindparam("id"), paints.c.note != "%s")

pytestmark = pytest.mark.usefixtures("database")


def make_table() -> None:
    connection().execute(
        "CREATE TEMPORARY TABLE paints"
        " (id uuid PRIMARY KEY, colour text, recipe jsonb, tags jsonb, note text)"
    )


class TestStatements:
    def test_convert_values_both_ways_and_leave_null_alone(self) -> None:
        one, two = uuid4(), uuid4()
        with transaction(SYSTEM):
            make_table()
            mixed = {"of": [str(one)], "к": "ё"}
            values = {"colour": Colour.BLUE, "recipe": mixed, "tags": {"a"}, "note": "it's"}
            assert execute(ADD, id=one, **values) == 1
            execute(ADD, id=two, colour=None, recipe=None, tags=None, note=None)
            rows = {row["id"]: row for row in fetch_all(select(paints))}
        assert rows[one] == {"id": one, **values, "tags": frozenset({"a"})}
        assert isinstance(rows[one]["colour"], Colour)
        assert set(rows[two].values()) == {two, None}

    def test_list_pages_with_filters_that_may_be_left_out(self) -> None:
        ids = sorted((uuid4() for _ in range(4)), reverse=True)
        with transaction(SYSTEM):
            make_table()
            for number, id_ in enumerate(ids):
                colour = Colour.RED if number % 2 else Colour.BLUE
                execute(ADD, id=id_, colour=colour, recipe=None, tags=None, note=None)
            first = fetch_all(LIST, colour=None, **page_parameters(PageRequest(2)))
            rest = fetch_all(LIST, colour=None, **page_parameters(PageRequest(2, after=ids[1])))
            red = fetch_all(LIST, colour=Colour.RED, **page_parameters(PageRequest(9)))
            constants = fetch_all(RED)
        assert [row["id"] for row in first] == ids[:3]
        assert [row["id"] for row in rest] == ids[2:]
        assert [row["id"] for row in red] == ids[1::2]
        assert {row["id"] for row in constants} == set(ids[1::2])

    def test_answer_none_where_there_is_no_row(self) -> None:
        with transaction(SYSTEM):
            make_table()
            assert fetch_one(RED) is None
            assert fetch_value(NOTE, id=uuid4()) is None

    def test_run_in_the_transaction_that_is_open_and_roll_back_with_it(self) -> None:
        add = insert(outbox).values(bound((outbox.c.id, outbox.c.queue, outbox.c.body)))
        with pytest.raises(psycopg.errors.UniqueViolation), transaction(SYSTEM):
            execute(add, id=(id_ := uuid4()), queue="q", body="{}")
            assert fetch_value(select(outbox.c.created_at)) <= datetime.now(UTC)
            execute(add, id=id_, queue="q", body="{}")
        with transaction(SYSTEM):
            assert fetch_all(select(outbox)) == []

    def test_refuse_a_parameter_that_is_missing(self) -> None:
        with transaction(SYSTEM), pytest.raises(psycopg.ProgrammingError, match="note"):
            execute(ADD, id=uuid4(), colour=None, recipe=None, tags=None)

    def test_need_a_unit_of_work(self) -> None:
        with pytest.raises(RuntimeError):
            fetch_all(RED)


class TestConstant:
    @pytest.mark.parametrize("value", ["", "it's", "a b", "x'--"])
    def test_is_a_word(self, value: str) -> None:
        with pytest.raises(ValueError, match="word"):
            constant(value)


class TestLastCheck:
    """Text that was not refused or cleaned at the border does not look like an internal failure."""

    @pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "a\udfffb"])
    def test_refuses_what_cannot_be_stored(self, text: str, database: str) -> None:
        for value in (text, [text], {"a": text}):
            with pytest.raises(UnusableText), transaction(SYSTEM):
                shown = dump_json(value) if isinstance(value, dict) else value
                kind = (
                    "jsonb" if isinstance(value, dict) else "text[]" if value == [text] else "text"
                )
                connection().execute(f"SELECT %s::{kind}", (shown,))
            # The connection is usable afterwards.
            with transaction(SYSTEM):
                assert connection().execute("SELECT %s::text", ("fine",)).fetchone() == ("fine",)

    def test_raises_other_errors_as_they_are(self, database: str) -> None:
        with pytest.raises(psycopg.DataError), transaction(SYSTEM):
            connection().execute("SELECT 1/%s", (0,))
