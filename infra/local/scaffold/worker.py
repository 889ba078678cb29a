"""`mara new queue` and `mara new schedule`: functions that no client calls."""

from infra.local.scaffold import template
from infra.local.scaffold.changes import all_or_nothing
from infra.local.scaffold.files import (
    ScaffoldFailed,
    camel,
    capitalized,
    domain_folder,
    kebab,
    sentence,
    snake,
)
from infra.local.scaffold.generate import TARGETS, write_all_of

MESSAGES_HEAD = '''"""Messages of the {domain} domain on queues."""

from uuid import UUID

from mara.kernel.messages import Message
'''
MESSAGE = '''

class {camel}(Message):
    """{what}"""

    id: UUID
'''
CONSUMER = '''"""SQS {kebab} - {what}"""

from mara.{domain}.messages import {camel}
from mara.entrypoints.queue import consumer


@consumer({camel})
def handler(message: {camel}) -> None:
    """Call the service of the domain here; its use case must be idempotent."""
    del message
'''
CONSUMER_TEST = '''"""The consumer of {kebab}, through the function itself."""

import json
from uuid import uuid4

from functions.queues.{name}.handler import handler as {name}


class Test{camel}:
    def test_acknowledges_a_message_and_its_second_delivery(self) -> None:
        record = {{"messageId": "1", "body": json.dumps({{"id": str(uuid4())}})}}
        for _ in range(2):
            assert {name}({{"Records": [record]}}, None) == {{"batchItemFailures": []}}
'''
JOB = '''"""EventBridge {rate} - {what}"""

from datetime import datetime

from mara.entrypoints.schedule import schedule


@schedule("{kebab}")
def handler(now: datetime) -> object:
    """Call the service of the domain; return a figure for the log."""
    return {{"now": now.isoformat()}}
'''
JOB_TEST = '''"""The schedule {kebab}, through the function itself."""

import pytest

from functions.schedules.{name}.handler import handler as {name}

pytestmark = pytest.mark.usefixtures("database")


class Test{camel}:
    def test_runs_at_two_ticks_in_turn(self) -> None:
        for _ in range(2):
            {name}({{}}, None)
'''


def write_queue(name: str, domain: str, what: str) -> list[str]:
    """Write a message, its consumer, its queues and a test; return the files."""
    name = snake(name)
    facts = {
        "name": name,
        "camel": camel(name),
        "kebab": kebab(name),
        "domain": domain,
        "what": sentence(what),
    }
    folder, messages = f"functions/queues/{name}", f"shared/mara/{domain}/messages.py"
    described = {**facts, "what": capitalized(what)}
    is_new = not (domain_folder(domain) / "messages.py").exists()
    entry = template.with_entry("queues", template.QUEUE, name, folder)
    with all_or_nothing() as changes:
        changes.keep(TARGETS)
        if is_new:
            changes.create(messages, MESSAGES_HEAD.format(**facts))
        files = [
            changes.append(messages, MESSAGE.format(**described)),
            changes.create(f"{folder}/handler.py", CONSUMER.format(**facts)),
            changes.create(f"tests/functions/queues/test_{name}.py", CONSUMER_TEST.format(**facts)),
            changes.write(template.PATH, entry),
        ]
        return [*files, *write_all_of(folder)]


def write_schedule(name: str, rate: str, what: str) -> list[str]:
    """Write a scheduled function, its template entry and a test; return the files.

    ``rate`` is an EventBridge expression such as ``rate(1 hour)``. Raises ScaffoldFailed.
    """
    name = snake(name)
    if not rate.startswith(("rate(", "cron(")):
        raise ScaffoldFailed(f"{rate}: use an expression such as 'rate(1 hour)'")
    facts = {"name": name, "camel": camel(name), "kebab": kebab(name), "rate": rate}
    folder = f"functions/schedules/{name}"
    job = JOB.format(**facts, what=sentence(what))
    entry = template.with_entry("schedules", template.SCHEDULE, name, folder, rate=rate)
    with all_or_nothing() as changes:
        changes.keep(TARGETS)
        files = [
            changes.create(f"{folder}/handler.py", job),
            changes.create(f"tests/functions/schedules/test_{name}.py", JOB_TEST.format(**facts)),
            changes.write(template.PATH, entry),
        ]
        return [*files, *write_all_of(folder)]
