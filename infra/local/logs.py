"""`mara logs`: follows the log lines of all functions."""

import time

from infra.local.aws import client
from infra.local.settings import STAGE

POLL_S = 1.0


def follow() -> None:
    """Print new log lines until interrupted."""
    logs = client("logs")
    since = int(time.time() * 1000)
    while True:
        seen_until = since
        for group in _groups(logs):
            events = logs.filter_log_events(logGroupName=group, startTime=since)["events"]
            for event in events:
                name = group.rsplit("/", 1)[1]
                print(f"{name}: {event['message'].rstrip()}", flush=True)
                seen_until = max(seen_until, event["timestamp"] + 1)
        since = seen_until
        time.sleep(POLL_S)


def _groups(logs: "object") -> list[str]:
    pages = logs.get_paginator("describe_log_groups").paginate(  # type: ignore[attr-defined]
        logGroupNamePrefix=f"/aws/lambda/mara-{STAGE}"
    )
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]
