"""Files of documents: which a restored database misses, and bringing back those deleted since."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select

from mara.documents.adapters.tables import documents
from mara.documents.model import DocumentState
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.platform.sql import fetch_all

BATCH: Final = 1000
_COLUMN = documents.c
_READY = select(_COLUMN.id, _COLUMN.owner_id).where(
    _COLUMN.state == DocumentState.READY,
    _COLUMN.deleted_at.is_(None),
    _COLUMN.id < bindparam("before", type_=_COLUMN.id.type),
)
_NEWEST = _READY.order_by(_COLUMN.id.desc()).limit(bindparam("limit"))


def keys(batch: int = BATCH) -> Iterator[str]:
    """Return the keys of the files of all documents that are ready, the newest first."""
    before = UUID(int=2**128 - 1)
    while True:
        with transaction(SYSTEM):
            rows = fetch_all(_NEWEST, before=before, limit=batch)
        for row in rows:
            yield f"objects/{row['owner_id']}/{row['id']}"
        if len(rows) < batch:
            return
        before = rows[-1]["id"]


def is_there(s3: Any, bucket: str, key: str) -> bool:
    """Whether the key has an object that no delete marker hides."""
    found = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", ())
    return any(one["Key"] == key for one in found)


def bring_back(s3: Any, bucket: str) -> tuple[int, list[str]]:
    """Undelete the file of every document that has none; how many, and the keys that stay missing.

    The deletion of a delete marker shows the version below it.
    """
    brought, missing = 0, []
    for key in keys():
        if is_there(s3, bucket, key):
            continue
        found = s3.list_object_versions(Bucket=bucket, Prefix=key)
        markers = [one for one in found.get("DeleteMarkers", ()) if one["Key"] == key]
        for marker in markers:
            s3.delete_object(Bucket=bucket, Key=key, VersionId=marker["VersionId"])
        if is_there(s3, bucket, key):
            brought += 1
        else:
            missing.append(key)
    return brought, missing
