"""Structured JSON log lines; ids may be in them, the text of people and documents never."""

import json

from aws_lambda_powertools.logging import Logger

# Made once: `json.dumps` with options makes an encoder for every line.
_encode = json.JSONEncoder(default=str, ensure_ascii=False, separators=(",", ":")).encode

logger = Logger(
    service="mara",
    json_serializer=_encode,
    utc=True,
    use_rfc3339=True,
    # Where a line was written is told by its code; finding it out costs a walk up the stack.
    location=None,
    log_uncaught_exceptions=False,
)
"""The first argument of every call is a stable code, such as ``request`` or ``message_failed``."""
