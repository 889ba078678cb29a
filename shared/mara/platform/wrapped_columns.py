"""The five columns of an encrypted value, and the statements that rewrap its data key."""

from sqlalchemy import Select, Table, Update, bindparam, cast, or_, select, update

from mara.kernel.envelope import EncryptedValue, WrappedKey
from mara.platform.sql import Row, bound


def dump(name: str, value: EncryptedValue) -> Row:
    """The columns of an encrypted value; ``name`` is the column of its ciphertext."""
    return {
        f"{name}_format": value.format,
        f"{name}_key_id": value.key.key_id,
        f"{name}_wrapped_key": value.key.content,
        f"{name}_nonce": value.nonce,
        name: value.ciphertext,
    }


def load(name: str, row: Row) -> EncryptedValue:
    """The encrypted value of a row."""
    wrapped = WrappedKey(row[f"{name}_key_id"], row[f"{name}_wrapped_key"])
    return EncryptedValue(row[f"{name}_format"], wrapped, row[f"{name}_nonce"], row[name])


def list_to_rewrap(table: Table, name: str) -> Select[tuple[object, ...]]:
    """Rows that another key than ``key_id`` wraps, or wrapped ``before``, in pages by id."""
    after = cast(bindparam("after"), table.c.id.type)
    return (
        select(table)
        .where(
            or_(
                table.c[f"{name}_key_id"] != bindparam("key_id"),
                table.c.wrapped_at < bindparam("before"),
            ),
            or_(after.is_(None), table.c.id > after),
        )
        .order_by(table.c.id)
        .limit(bindparam("limit"))
    )


def update_wrapped_key(table: Table, name: str) -> Update:
    """Store a wrapped key where the one of ``wrapped_before`` still stands."""
    key_id, wrapped = table.c[f"{name}_key_id"], table.c[f"{name}_wrapped_key"]
    return (
        update(table)
        .where(
            table.c.id == bindparam("id"),
            table.c.owner_id == bindparam("owner_id"),
            wrapped == bindparam("wrapped_before"),
        )
        .values(bound((key_id, wrapped, table.c.wrapped_at)))
    )
