"""The certificate of an erasure: what was deleted, and what stays and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from mara.erasure.model.data_job import DataJob
from mara.erasure.model.rules import RULES
from mara.kernel.mail import Mail
from mara.users.model import Locale

OUTSIDE: Final = (
    ("messages in Telegram's chats", "A bot can delete its messages of the last 48 hours only."),
    ("deliveries that were made", "Webhooks and e-mails are with those who received them."),
    ("messages in queues", "They hold ids alone, except the address of an e-mail, for 14 days."),
    ("log lines", "They hold ids alone, for 30 days."),
    (
        "backups of the database, and former versions of files",
        "They are deleted when they are as old as the operator keeps them, 35 days as a rule.",
    ),
    ("a keyed hash of the e-mail address", "One trial each: it is kept for a year."),
)
"""What an erasure does not reach, and why."""
UNSILENCED: Final = "webhooks at Telegram that could not be removed"
UNSILENCED_WHY: Final = (
    "The token could not be read, or Telegram did not answer for a day: updates are refused."
)
SUBJECTS: Final = {Locale.EN: "Your account was erased", Locale.RU: "Ваша учётная запись стёрта"}
INTRODUCTIONS: Final = {
    Locale.EN: "Deleted, each counted again afterwards as zero:",
    Locale.RU: "Удалено; после удаления каждый вид пересчитан, осталось ноль:",
}
STAYS: Final = {Locale.EN: "What stays, and why:", Locale.RU: "Что остаётся и почему:"}


def certificate_of(job: DataJob, left: Mapping[str, int], at: datetime) -> dict[str, Any]:
    """Return the certificate as JSON values; ``left`` is what the last count found of each kind."""
    counts = {kind: number for kind, number in job.counts.items() if kind != UNSILENCED}
    unsilenced = [{"what": UNSILENCED, "why": UNSILENCED_WHY}] if UNSILENCED in job.counts else []
    return {
        "erasure_id": str(job.id),
        "user_id": str(job.owner_id),
        "requested_at": job.requested_at.isoformat(),
        "finished_at": at.isoformat(),
        "erased": [
            {"kind": kind, "deleted": counts.get(kind, 0), "left": left.get(kind, 0)}
            for kind in sorted({*counts, *left})
        ],
        "kept": kept() + unsilenced,
    }


def kept() -> list[dict[str, str]]:
    """Return what stays after an erasure, and why."""
    staying = sorted((rule.kept, name) for name, rule in RULES.items() if rule.kept)
    rows = [
        {"what": "rows of " + ", ".join(name for _, name in group), "why": why}
        for why, group in groupby(staying, key=lambda pair: pair[0])
    ]
    return rows + [{"what": what, "why": why} for what, why in OUTSIDE]


def mail_of(certificate: Mapping[str, Any], to: str, locale: Locale) -> Mail:
    """Return the e-mail with the certificate."""
    erased = [f"{one['kind']}: {one['deleted']}" for one in certificate["erased"]]
    stays = [f"{one['what']}: {one['why']}" for one in certificate["kept"]]
    head = f"{certificate['erasure_id']}, {certificate['finished_at']}"
    parts: Sequence[str] = (head, INTRODUCTIONS[locale], *erased, "", STAYS[locale], *stays)
    return Mail(to, SUBJECTS[locale], "\n".join(parts))
