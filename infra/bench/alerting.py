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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from infra.bench.alert_tenant import AlertTenant, name_of, paced, percentiles
from infra.local.api_client import wait_for
from infra.local.demo_alert import settled
from infra.quality.forms import Alert

SMALL_SET: Final = Path("tests/data/alert_quality")
SHOWN_WITHIN_S: Final = 60.0
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
    folder = os.environ.get("MARA_ALERT_SET")
    tenant = AlertTenant.create(Path(folder) / "runbooks" if folder else SMALL_SET)
    cases = list(_cases(Path(folder) if folder else SMALL_SET))
    for case in cases[:WARM_UP]:
        tenant.show(_renamed(case).body, SHOWN_WITHIN_S)
    for name, some in (("with a runbook", cases), ("of other systems", list(_foreign()))):
        tally = Tally()
        for case in some:
            with paced():
                _measure(tenant, case, tally)
        _report(name, tally)
    tenant.disconnect()


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
    name = name_of(case.body)
    body = json.loads(json.dumps(case.body).replace(name, f"Warm{name}"))
    body["alerts"][0]["fingerprint"] = secrets.token_hex(8)
    return Case(body, None)


def _measure(tenant: AlertTenant, case: Case, tally: Tally) -> None:
    shown = tenant.show(case.body, SHOWN_WITHIN_S)
    tally.shown_s.append(shown.after_s)
    tally.late += shown.was_late
    # Alerts of one name share a message, which may show the answer to an earlier one.
    post = wait_for(
        lambda: settled(tenant.api, shown.alert_id), SHOWN_WITHIN_S, lambda: "no answer yet"
    )
    citations = post["reply"]["citations"] if post["reply"] else []
    is_answered = post["reply"] is not None and post["reply"]["status"] == ANSWERED
    tally.count(case, citations[0]["filename"] if is_answered else None)


def _report(name: str, tally: Tally) -> None:
    count = len(tally.shown_s)
    if not count:
        return
    print(f"{count} alerts {name}: right {tally.right}, wrong {tally.wrong}, "
          f"refused {tally.refused}")  # fmt: skip
    print(f"  shown after {percentiles(tally.shown_s)}; {tally.late} by an edit")
