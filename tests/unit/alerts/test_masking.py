"""What is the same question: texts that differ in values only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.alerts.model.masking import (
    fingerprint_of_labels,
    fingerprint_of_text,
    masked,
    question_key,
)

LABELS = {"alertname": "DiskFull", "instance": "db-1:9100", "mountpoint": "/var/lib/pg"}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Disk 91.5% full", "disk 88% full"),
        ("At 2026-11-27T03:14:15Z on 10.0.3.17:9100", "At 2026-11-28 04:00 on 10.0.4.1"),
        ("pod 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "pod 9b2504e0-4f89-11d3-9a0c-0305e82c33ff"),
        ("from fe80::1ff:fe23:4567:890a", "from 2001:db8::1"),
        ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "commit 1a2b3c4d5e6f"),
        ("Диск  заполнен\nна 91 %", "диск заполнен на 17 %"),
    ],
)
def test_values_are_masked(text: str, same: str) -> None:
    assert masked(text) == masked(same)


@pytest.mark.parametrize(
    ("text", "other"),
    [("disk full", "disk slow"), ("deadbeef feedback", "feedback"), ("a::b", "a::c")],
)
def test_words_are_not_masked(text: str, other: str) -> None:
    assert masked(text) != masked(other)


@given(st.text())
def test_masking_twice_changes_nothing(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_the_order_of_labels_changes_no_fingerprint_and_their_values_do() -> None:
    turned = dict(reversed(LABELS.items()))
    assert fingerprint_of_labels(LABELS) == fingerprint_of_labels(turned)
    assert fingerprint_of_labels(LABELS) != fingerprint_of_labels({**LABELS, "instance": "db-2"})
    assert fingerprint_of_labels({"a": "bc"}) != fingerprint_of_labels({"ab": "c"})


def test_alerts_of_two_instances_are_one_question_and_of_two_disks_are_not() -> None:
    def key(**changed: str) -> str:
        return question_key("DiskFull", ["Disk 91% full"], {**LABELS, **changed})

    assert key(instance="db-2:9100") == key()
    assert key(mountpoint="/tmp") != key()  # noqa: S108 - a label
    assert question_key("DiskSlow", ["Disk 91% full"], LABELS) != key()
    assert question_key("DiskFull", ["Disk 12% full"], LABELS) == key()


def test_a_text_alone_has_a_fingerprint_without_its_values() -> None:
    assert fingerprint_of_text("Backup 17 failed") == fingerprint_of_text("Backup 18 failed")
    assert fingerprint_of_text("Backup failed") != fingerprint_of_text("Restore failed")
