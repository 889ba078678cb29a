"""The names in links to runbooks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.search.model.alert_fields import LINK_NAME_MAX, names_in_link
from mara.search.model.alert_text import AlertText
from mara.search.model.long_alert import SHORT_MAX, shortened


@pytest.mark.parametrize(
    ("link", "names"),
    [
        ("https://wiki.example/runbooks/DiskFull", ["DiskFull"]),
        (
            "https://wiki.example/runbooks/DiskFull.html?v=1.2#mitigation",
            ["mitigation", "DiskFull"],
        ),
        ("https://wiki.example/#/pages/DiskFull/", ["DiskFull"]),
        ("https://wiki.example/display/OPS/Disk+is%20full", ["Disk is full"]),
        ("https://wiki.example/%D0%94%D0%B8%D1%81%D0%BA", ["Диск"]),
        ("infra/docs/runbooks/disk-full.md", ["disk-full"]),
        ("DiskFull", ["DiskFull"]),
        ("https://wiki.example", []),
        ("https://wiki.example/?page=DiskFull", []),
        ("https://wiki.example/pages/12345/", []),
        ("https://wiki.example/a%00b", ["ab"]),
        ("x" * (LINK_NAME_MAX + 1), []),
        ("", []),
    ],
)
def test_are_the_last_part_of_fragment_and_path(link: str, names: list[str]) -> None:
    assert names_in_link(link) == names


@given(st.text())
def test_of_any_text_can_be_stored_and_have_an_end(link: str) -> None:
    names = names_in_link(link)
    assert len(names) <= 2
    assert all("\x00" not in one and len(one) <= LINK_NAME_MAX for one in names)


@pytest.mark.parametrize("key", ["runbook_url", "runbook", "Runbook_URL"])
def test_are_read_in_every_form_and_kept_of_a_long_alert(key: str) -> None:
    annotations = {
        key: "https://wiki.example/disk%2Ffull.md#the%20end?",
        "summary": "s" * SHORT_MAX,
    }
    alert = {"labels": {"alertname": "DiskFull"}, "annotations": annotations}
    whole = json.dumps({"alerts": [alert]})
    read = AlertText.read(whole)
    assert read.runbook == ["the end?", "disk/full"]
    assert AlertText.read(shortened(whole)).runbook == read.runbook
    labels = f"alertname: DiskFull\n{key}: https://wiki.example/DiskFull\nsummary: It is full"
    assert AlertText.read(labels).runbook == ["DiskFull"]
