"""Lines, amounts and moments of a document in the words of a language."""

import unicodedata
from datetime import UTC, datetime

from mara.billing.model.document_texts import OF_LOCALE
from mara.billing.model.documents import InvoiceDocument, PaymentSource
from mara.billing.model.invoice import CANCELLED, CreditNote, InvoiceLine
from mara.billing.model.periods import Period
from mara.kernel.money import format_usdt
from mara.users.model import Locale

CANCELLATIONS = {Locale.EN: "The subscription was cancelled", Locale.RU: "Подписка отменена"}
NO_BREAK_SPACE = "\xa0"
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Categories of Unicode: control and format characters may change what a reader sees."""


def line_text(document: InvoiceDocument, line: InvoiceLine, locale: Locale) -> str:
    """What the line is for."""
    texts, stored = OF_LOCALE[locale], document.stored
    return texts.lines[line.kind].format(
        plan=printable(stored.plan_names.get(locale, stored.plan)),
        meter=texts.meters[line.meter] if line.meter else "",
        number=stored.invoice.number,
    )


def source_text(source: PaymentSource, locale: Locale) -> str:
    """What the money came from."""
    text = OF_LOCALE[locale].sources[source.kind]
    return f"{text}, {source.network.title()}" if source.network else text


def reason_text(note: CreditNote, locale: Locale) -> str:
    """Why the note was issued; a cancellation is told in the language."""
    return CANCELLATIONS[locale] if note.reason == CANCELLED else printable(note.reason)


def amount_text(amount: int, locale: Locale) -> str:
    """The amount with six places, and groups of three digits: 1,234.500000; 1 234,500000."""
    whole, _, fraction = format_usdt(abs(amount)).partition(".")
    grouped = f"{int(whole):,}"
    if locale is Locale.RU:
        grouped = grouped.replace(",", NO_BREAK_SPACE)
    point = "," if locale is Locale.RU else "."
    return f"{'-' if amount < 0 else ''}{grouped}{point}{fraction}"


def moment_text(at: datetime, locale: Locale) -> str:
    """The moment in UTC, to the minute: 31 Jan 2026 12:00; 31.01.2026 12:00."""
    moment = at.astimezone(UTC)
    if locale is Locale.RU:
        return f"{moment:%d.%m.%Y %H:%M}"
    return f"{moment.day} {OF_LOCALE[locale].months[moment.month - 1]} {moment:%Y %H:%M}"


def period_text(period: Period, locale: Locale) -> str:
    """The period from its start to its end, which is not a part of it."""
    return f"{moment_text(period.start, locale)} – {moment_text(period.end, locale)}"


def printable(text: str) -> str:
    """The text in one line, without characters that are not seen."""
    visible = (" " if one.isspace() else one for one in text)
    kept = "".join(one for one in visible if unicodedata.category(one) not in HIDDEN)
    return " ".join(kept.split())
