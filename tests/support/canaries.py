"""Words that are written into all that is stored of one user, and a search that finds them."""

import itertools
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import boto3
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Column, Table

from mara.erasure.model.rules import ERASED, EXPORTED, RULES
from mara.wiring.schema import metadata
from tests.support.cloud import BUCKET

CANARY = "quetzalcoatl"
READ_BY_WORK = {"bot_configs", "credentials"}
"""Erasures read these rows as the domain does: they must be true ones."""
TEXTS = {"text", "jsonb", "bytea", "ARRAY"}
VALUES: dict[str, Any] = {
    "others": [],
    "boolean": False,
    "bigint": 7,
    "integer": 7,
    "smallint": 7,
    "double precision": 0.5,
    "real": 0.5,
    "interval": "1 minute",
    "timestamp with time zone": "2026-11-28T12:00:00Z",
    "USER-DEFINED": "[1,2]",
    "date": "2026-11-28",
    "xid8": "7",
}
_numbers = itertools.count(1)


def canary_of(table: str, column: str) -> str:
    """The word of one column."""
    return f"{CANARY}-{table}-{column}"


def fill(link: psycopg.Connection[Any], owner_id: UUID) -> set[str]:
    """Add a row with a canary in each of its texts to every erased table; return the canaries.

    Rules of single tables are dropped and triggers are off: the database is one of this test.
    """
    written = set[str]()
    link.execute("SET session_replication_role = replica")
    for table in ERASED:
        if table not in READ_BY_WORK:
            _drop_checks(link, table)
            written |= _add(link, metadata.tables[table], owner_id)
    link.execute("SET session_replication_role = origin")
    return written


def _drop_checks(link: psycopg.Connection[Any], table: str) -> None:
    checks = link.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
        [table],
    )
    for (name,) in checks.fetchall():
        link.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(table), sql.Identifier(name)
            )
        )


def _add(link: psycopg.Connection[Any], table: Table, owner_id: UUID) -> set[str]:
    types = dict(
        link.execute(
            "SELECT column_name, CASE WHEN data_type = 'ARRAY' AND"
            " udt_name <> '_text' THEN 'others' ELSE data_type END"
            " FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_identity = 'NO'",
            [table.name],
        ).fetchall()
    )
    canaries = {c.name: canary_of(table.name, c.name) for c in table.columns if _is_text(c, types)}
    words = {**canaries, **{c.name: _words_of(c)[0] for c in table.columns if _words_of(c)}}
    values = {
        name: owner_id if name == "owner_id" else _value(types[name], words.get(name))
        for name in types
    }
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    link.execute(statement, list(values.values()))
    return set(canaries.values())


def _is_text(column: Column[Any], types: dict[str, str]) -> bool:
    return types.get(column.name) in TEXTS and not _words_of(column)


def _words_of(column: Column[Any]) -> list[str]:
    """The only words that the column may hold; none where it holds any text."""
    members: Any = getattr(column.type, "load", None)
    is_enumerated = isinstance(members, type) and issubclass(members, StrEnum)
    return list(members) if is_enumerated else []


def _value(kind: str, canary: str | None) -> Any:
    if kind == "jsonb":
        return Jsonb({"canary": canary})
    if kind == "bytea":
        return (canary or "").encode()
    if kind == "ARRAY":
        return [canary]
    made: dict[str, Callable[[], Any]] = {
        "uuid": uuid4,
        "text": lambda: canary,
        "bigint": lambda: next(_numbers) + 10**6,
    }
    return made[kind]() if kind in made else VALUES[kind]


def hidden_canaries() -> set[str]:
    """The canaries that no export may contain."""
    return {
        canary_of(table, column.name)
        for table in ERASED
        for column in metadata.tables[table].columns
        if table not in EXPORTED or column.name in RULES[table].hidden
    }


def tables_with(link: psycopg.Connection[Any], word: str) -> set[str]:
    """Search every column of every table, texts as well as bytes."""
    found = link.execute(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    query = (
        "SELECT EXISTS (SELECT FROM {} t"
        " WHERE position(%s IN t::text) > 0 OR position(%s IN t::text) > 0)"
    )
    return {
        name
        for (name,) in found.fetchall()
        if link.execute(
            sql.SQL(query).format(sql.Identifier(name)), [word, word.encode().hex()]
        ).fetchone()
        == (True,)
    }


def objects_with(word: str) -> set[str]:
    """Search the keys and contents of all objects."""
    return {key for key, content in objects() if word in key or word.encode() in content}


def objects() -> Iterator[tuple[str, bytes]]:
    """All objects of the bucket."""
    client = boto3.client("s3")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for item in page.get("Contents", []):
            yield item["Key"], client.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()


def queues_with(word: str) -> set[str]:
    """Receive all messages of all queues, and search them."""
    client, found = boto3.client("sqs"), set[str]()
    for url in client.list_queues(MaxResults=1000).get("QueueUrls", []):
        while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            found |= {url for message in messages if word in message["Body"]}
    return found
