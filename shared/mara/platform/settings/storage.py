"""The bucket that holds uploaded files."""

from pydantic import Field

from mara.platform.settings.base import Settings


class StorageSettings(Settings):
    """The name of the S3 bucket of documents."""

    bucket: str = Field(min_length=3)
    """The name of the S3 bucket."""
