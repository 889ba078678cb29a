"""Files of documents: which a restored database misses, and bringing back those deleted since."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
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


def keys_of_documents(batch: int = BATCH) -> Iterator[str]:
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


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a stage that goes on, beside its rows as of a moment."""

    s3: Any
    bucket: str
    as_of: datetime

    def has(self, key: str) -> bool:
        """Whether the key has an object that no delete marker hides."""
        asked = {"Bucket": self.bucket, "Prefix": key, "MaxKeys": 1}
        found = self.s3.list_objects_v2(**asked).get("Contents", ())
        return any(one["Key"] == key for one in found)

    def is_deleted_since(self, key: str) -> bool:
        """Whether the object was hidden after the moment only, and can be brought back."""
        found = self._versions(key)
        # S3 tells whole seconds.
        moment = self.as_of.replace(microsecond=0)
        return bool(found["Versions"]) and any(
            one["IsLatest"] and one["LastModified"] >= moment for one in found["DeleteMarkers"]
        )

    def bring_back(self) -> Iterator[tuple[str, bool]]:
        """Undelete the file of each document that has none; its key, and whether it is back.

        The deletion of a delete marker shows the version below it.
        """
        for key in keys_of_documents():
            if self.has(key):
                continue
            for marker in self._versions(key)["DeleteMarkers"]:
                which = {"Key": key, "VersionId": marker["VersionId"]}
                self.s3.delete_object(Bucket=self.bucket, **which)
            yield key, self.has(key)

    def _versions(self, key: str) -> dict[str, list[dict[str, Any]]]:
        found = self.s3.list_object_versions(Bucket=self.bucket, Prefix=key)
        return {
            kind: [one for one in found.get(kind, ()) if one["Key"] == key]
            for kind in ("Versions", "DeleteMarkers")
        }
