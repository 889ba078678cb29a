"""The bucket that holds the anchors of the audit."""

from pydantic import Field

from mara.platform.settings.base import Settings


class AuditSettings(Settings):
    """The name of the S3 bucket of anchors."""

    audit_bucket: str = Field(min_length=3)
    """The name of the S3 bucket, which has object lock where S3 does."""
