"""The OpenSearch client, made once per execution environment."""

from functools import cache
from typing import TYPE_CHECKING

from mara.platform.settings.search import SearchSettings

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

RETRIES = 1
"""After a refused connection, a time-out or a gateway's error; every request may be repeated."""


@cache
def client() -> "OpenSearch":
    """The OpenSearch client, created once per execution environment."""
    from opensearchpy import OpenSearch

    settings = SearchSettings()  # type: ignore[call-arg]  # from the environment
    password = settings.opensearch_password.get_secret_value()
    return OpenSearch(
        settings.opensearch_url,
        http_auth=(settings.opensearch_user, password) if settings.opensearch_user else None,
        http_compress=True,
        timeout=settings.opensearch_timeout_s,
        max_retries=RETRIES,
        retry_on_timeout=True,
    )
