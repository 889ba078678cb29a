"""Structured JSON log lines; ids may be in them, the text of people and documents never."""

from aws_lambda_powertools.logging import Logger

# Where a line was written is told by its code; finding it out costs a walk up the stack.
logger = Logger(service="mara", log_uncaught_exceptions=False, location=None)
"""The first argument of every call is a stable code, such as ``request`` or ``message_failed``."""
