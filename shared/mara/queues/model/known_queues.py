"""Which queues have a consumer; a test compares them with the template."""

from typing import Final

QUEUES: Final = (
    *("accept-upload", "analyze-document", "answer-alerts", "answer-question", "charge-owner"),
    *("handle-updates", "handle-user-data", "ingest-document", "notify-owner", "post-alerts"),
    *("purge-document", "send-account-mail", "send-telegram", "send-webhooks"),
)
"""Those whose depth a scrape reads."""
