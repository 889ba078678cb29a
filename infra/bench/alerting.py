"""From the intake to the chat on the running local stack: how long it takes, and what is shown.

Start the stack first (`make up`). Each alert is delivered as Alertmanager's webhook, one after the
other and slower than a group's budget. MARA_ALERT_SET names a folder with ``alerts.json`` (a list
of ``{"expected_runbook", "payload"}``) and ``runbooks/``; MARA_FOREIGN_ALERTS a file of alerts that
no runbook of the set answers. Without them, a small set of the repository is used. Times are from
the delivery until the simulated Telegram shows the message with a section or its refusal.
"""

import json
import os
import secrets
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from infra.local import demo_bot
from infra.local.api_client import Api, wait_for
from infra.local.demo_alert import settled
from infra.local.seed_plans import UNLIMITED
from infra.local.settings import front_url
from infra.local.telegram_client import TelegramPeople
from infra.quality.forms import Alert

SMALL_SET: Final = Path("tests/data/alert_quality")
EVERY_S: Final = 3.6
"""Slower than 18 messages a minute, which is what a group gets."""
SHOWN_WITHIN_S: Final = 60.0
POLL_S: Final = 0.05
WARM_UP: Final = 3
FOREIGN_MAX: Final = 50
"""Alerts of other systems, evenly taken from the file."""
ANSWERED: Final = "answered"


@dataclass(frozen=True)
class Case:
    """The body of a webhook, and the file of the runbook that answers it; None if none does."""

    body: dict[str, Any]
    runbook: str | None


@dataclass
class Tally:
    """Times in seconds, and how many alerts were answered rightly, wrongly or not at all."""

    shown_s: list[float] = field(default_factory=list)
    late: int = 0
    right: int = 0
    wrong: int = 0
    refused: int = 0

    def count(self, case: Case, cited: str | None) -> None:
        """Count the file that the answer cites first; None is a refusal."""
        if cited is None:
            self.refused += 1
        elif case.runbook is not None and cited == Path(case.runbook).name:
            self.right += 1
        else:
            self.wrong += 1


def run() -> None:
    """Measure and print."""
    api = Api()
    credentials = {
        "email": f"alerts-{secrets.token_hex(4)}@mara.example",
        "password": secrets.token_urlsafe(16),
    }
    api.register(**credentials)
    api.log_in(**credentials)
    api.call("POST", "/subscriptions", json={"plan": UNLIMITED})
    folder = os.environ.get("MARA_ALERT_SET")
    files = Path(folder) / "runbooks" if folder else SMALL_SET
    for path in sorted(files.rglob("*.md")):
        api.wait_until_read(api.upload(path)["id"])
    agent_id = api.call("POST", "/agents", json={"name": "alerts"})["id"]
    number = secrets.token_hex(3)
    bot = demo_bot.connect(api, agent_id, f"bench_{number}_bot", f"Bench {number}")
    body = {"name": "bench", "agent_id": agent_id, "config_id": bot.config_id}
    intake = api.call("POST", "/alerts/intakes", json=body)
    cases = list(_cases(Path(folder) if folder else SMALL_SET))
    for case in cases[:WARM_UP]:
        _deliver(intake, _renamed(case), bot)
    for name, some in (("with a runbook", cases), ("of other systems", list(_foreign()))):
        tally = Tally()
        for case in some:
            _measure(api, intake, case, bot, tally)
        _report(name, tally)
    api.call("DELETE", f"/telegram/configs/{bot.config_id}")


def _cases(folder: Path) -> Iterator[Case]:
    for item in json.loads((folder / "alerts.json").read_text("utf-8")):
        if "payload" in item:
            yield Case(item["payload"], item["expected_runbook"])
        else:
            alert = Alert(**item)
            yield Case(alert.webhook, alert.runbook)


def _foreign() -> Iterator[Case]:
    file = os.environ.get("MARA_FOREIGN_ALERTS")
    if not file:
        return
    items = json.loads(Path(file).read_text("utf-8"))
    for item in items[:: max(len(items) // FOREIGN_MAX, 1)]:
        yield Case(item["payload"] if "payload" in item else Alert(**item).webhook, None)


def _renamed(case: Case) -> Case:
    """Another alert that asks the same way, so that the functions are warm."""
    body = json.loads(json.dumps(case.body).replace(_name(case), f"Warm{_name(case)}"))
    body["alerts"][0]["fingerprint"] = secrets.token_hex(8)
    return Case(body, None)


def _name(case: Case) -> str:
    return str(case.body["alerts"][0]["labels"]["alertname"])


def _measure(api: Api, intake: Any, case: Case, bot: demo_bot.DemoBot, tally: Tally) -> None:
    began = time.monotonic()
    took, was_late, alert_id = _deliver(intake, case, bot)
    tally.shown_s.append(took)
    tally.late += was_late
    # Alerts of one name share a message, which may show the answer to an earlier one.
    post = wait_for(lambda: settled(api, alert_id), SHOWN_WITHIN_S, lambda: "no answer yet")
    citations = post["reply"]["citations"] if post["reply"] else []
    is_answered = post["reply"] is not None and post["reply"]["status"] == ANSWERED
    tally.count(case, citations[0]["filename"] if is_answered else None)
    time.sleep(max(EVERY_S - (time.monotonic() - began), 0))


def _deliver(intake: Any, case: Case, bot: demo_bot.DemoBot) -> tuple[float, bool, str]:
    """Deliver; the seconds until the chat shows what was found, whether by an edit, and the id."""
    began = time.monotonic()
    headers = {"authorization": f"Bearer {intake['secret']}"}
    answer = httpx.post(
        f"{front_url()}{intake['path']}", json=case.body, headers=headers, timeout=60
    )
    answer.raise_for_status()
    (alert_id,) = answer.json()["alert_ids"]
    people, name, was_late = TelegramPeople(), _name(case), False
    while time.monotonic() - began < SHOWN_WITHIN_S:
        for message in people.chat(bot.group)["messages"]:
            if name in message["text"].partition("\n")[0].split():
                if "Ищу в регламенте" not in message["text"]:
                    return time.monotonic() - began, was_late, str(alert_id)
                was_late = True
        time.sleep(POLL_S)
    raise RuntimeError(f"{name} is not shown after {SHOWN_WITHIN_S:.0f} s")


def _report(name: str, tally: Tally) -> None:
    count = len(tally.shown_s)
    if not count:
        return
    p95 = sorted(tally.shown_s)[int(count * 0.95)]
    print(f"{count} alerts {name}: right {tally.right}, wrong {tally.wrong}, "
          f"refused {tally.refused}")  # fmt: skip
    print(
        f"  shown after p50 {statistics.median(tally.shown_s):.2f} s, p95 {p95:.2f} s; "
        f"{tally.late} by an edit"
    )
