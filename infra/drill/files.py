"""Files of documents: which a restored database misses, and bringing back those deleted since."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction

BATCH: Final = 1000
NEWEST: Final = """
    SELECT id, owner_id FROM documents
    WHERE state = 'ready' AND deleted_at IS NULL AND id < %(before)s
    ORDER BY id DESC LIMIT %(limit)s
"""


def keys(batch: int = BATCH) -> Iterator[str]:
    """Return the keys of the files of all documents that are ready, the newest first."""
    before = UUID(int=2**128 - 1)
    while True:
        with transaction(SYSTEM):
            where = {"before": before, "limit": batch}
            rows = connection().execute(NEWEST, where).fetchall()
        for document_id, owner_id in rows:
            yield f"objects/{owner_id}/{document_id}"
        if len(rows) < batch:
            return
        before = rows[-1][0]


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
