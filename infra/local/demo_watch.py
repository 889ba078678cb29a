"""The last act of the demo story: MARA's own alert is answered from MARA's own runbooks.

A scan is stopped, its alert fires, Alertmanager's body is posted to the demo account's intake, and
the chat shows the section of the runbook.
"""

import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from infra.local import demo_bot, seed
from infra.local.api_client import Api, ApiRefused, wait_for
from infra.local.aws import client
from infra.local.chains import commands
from infra.local.demo_alert import has_section, settled, shown
from infra.local.demo_console import say, show_citation
from infra.local.settings import front_url, load_secrets
from infra.local.telegram_client import TelegramPeople
from infra.observability.alertmanager import alert_of, delivery
from infra.observability.demo_rule import KIND, LIMIT_S, NETWORK, demo_rules, is_behind
from infra.observability.prometheus_server import Scraping, find, running

FIRES_WITHIN_S: Final = 240.0
ANSWERED_WITHIN_S: Final = 120.0
KEPT: Final = ("FlexibleTimeWindow", "ScheduleExpression", "Target")


def play() -> None:
    """Play it as the demo account. Raises ApiRefused."""
    with closing(Api()) as api:
        _play(api)


def _play(api: Api) -> None:
    api.log_in(seed.EMAIL, load_secrets().demo_password)
    (agent,) = [one for one in api.call("GET", "/agents")["items"] if one["name"] == seed.AGENT]
    bot = demo_bot.connect(api, agent["id"], seed.BOT, seed.GROUP)
    body = {"name": "MARA itself", "agent_id": agent["id"], "config_id": bot.config_id}
    intake = api.call("POST", "/alerts/intakes", json=body)
    with _stopped_scan():
        say(f"stopped the schedule that scans {NETWORK}; waiting for the alert {KIND.alert}")
        alert = _fired()
        alert_id = _post(intake, alert)
        post = wait_for(lambda: settled(api, alert_id), ANSWERED_WITHIN_S, lambda: "no answer yet")
        _show(post, bot.group, agent["name"])
    api.call("DELETE", f"/alerts/intakes/{intake['id']}")
    commands.scan(NETWORK)
    say(f"the schedule runs again, and a scan of {NETWORK} has read what it missed")


@contextmanager
def _stopped_scan() -> Iterator[None]:
    """Disable the schedule of the network's scan, and enable it again whatever happens."""
    schedules = client("scheduler")
    (found,) = [
        whole
        for one in schedules.list_schedules()["Schedules"]
        if (whole := schedules.get_schedule(Name=one["Name"])) and _scans(whole)
    ]
    kept = {name: found[name] for name in KEPT}
    schedules.update_schedule(Name=found["Name"], State="DISABLED", **kept)
    try:
        yield
    finally:
        schedules.update_schedule(Name=found["Name"], State="ENABLED", **kept)


def _scans(schedule: Mapping[str, Any]) -> bool:
    given = schedule["Target"].get("Input") or ""
    return f'"{NETWORK}"' in given and "scan-chain" in schedule["Target"]["Arn"]


def _fired() -> Mapping[str, Any]:
    """The alert, fired by Prometheus, or without it by the same limit on the scraped figure."""
    program = find("prometheus")
    lowered = f"with its limit lowered to {LIMIT_S} s and no waiting, for the demo"
    if program is None:
        wait_for(lambda: is_behind(_scrape()) or None, FIRES_WITHIN_S, lambda: "it is not behind")
        say(f"{KIND.alert} holds on the figures of GET /metrics, {lowered} (no Prometheus here)")
        return alert_of(KIND)
    target = front_url().removeprefix("http://")
    what = Scraping(target, load_secrets().scrape_token, demo_rules())
    with (
        tempfile.TemporaryDirectory() as folder,
        running(program, Path(folder), what, _free_port()) as server,
    ):
        alerts = wait_for(lambda: server.firing() or None, FIRES_WITHIN_S, lambda: "nothing fires")
    say(f"{KIND.alert} fires in a real Prometheus that scrapes GET /metrics, {lowered}")
    return alerts[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _scrape() -> str:
    headers = {"authorization": f"Bearer {load_secrets().scrape_token}"}
    answer = httpx.get(f"{front_url()}/api/v1/metrics", headers=headers, timeout=10)
    answer.raise_for_status()
    return answer.text


def _post(intake: Any, alert: Mapping[str, Any]) -> str:
    headers = {"authorization": f"Bearer {intake['secret']}"}
    url = f"{front_url()}{intake['path']}"
    answer = httpx.post(url, json=delivery(alert), headers=headers, timeout=60)
    if answer.status_code != httpx.codes.ACCEPTED:
        raise ApiRefused(f"The intake answered {answer.status_code}: {answer.text[:300]}")
    (alert_id,) = answer.json()["alert_ids"]
    say(f"Alertmanager's body with runbook_url is posted to the intake: {answer.status_code}")
    return str(alert_id)


def _show(post: Any, group: str, agent: str) -> None:
    if post["failure"]:
        raise ApiRefused(f"The alert was not answered: {post['failure']}")
    say(f"{agent!r} answered {post['latency_ms']} ms after the alert came")
    for citation in post["reply"]["citations"]:
        show_citation(citation)

    message = shown(TelegramPeople(), group, is_answer)
    print("\n".join(f"  │ {line}" for line in message["text"].splitlines()))


def is_answer(message: Any) -> bool:
    """Whether it is the alert with the section of its runbook, not a list that names the alert."""
    return KIND.alert in message["text"] and has_section(message)
