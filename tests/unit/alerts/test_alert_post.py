"""Which alerts share a post."""

from dataclasses import replace

import pytest

from mara.alerts.model.alert_post import key_of
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Signal

WIKI = "https://wiki.example"
ALARM = Signal("PlatformAlarm", "f", is_firing=True, severity=Severity.WARNING, summary="See it.")


def key(link: str) -> str:
    return key_of(replace(ALARM, runbook=link))


@pytest.mark.parametrize(
    "link",
    [
        "",
        WIKI,
        f"{WIKI}/PlatformAlarm",
        f"{WIKI}/runbooks/platformalarm.html",
        f"{WIKI}/12345",
    ],
)
def test_alerts_share_it_where_their_links_say_no_other_name(link: str) -> None:
    assert key(link) == key_of(ALARM)


def test_alerts_with_other_runbooks_have_posts_of_their_own() -> None:
    links = ["", "/DiskFull", "/NodeDown", "/NodeDown#mitigation"]
    assert len({key(f"{WIKI}{link}") for link in links}) == len(links)
    assert key(f"{WIKI}/view?id=1") == key(f"{WIKI}/view?id=2#7")
    assert key(f"{WIKI}/page-12") == key("http://other.example/page-13/")
