"""The words of invoices and credit notes in English and Russian."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mara.billing.model.documents import SourceKind
from mara.billing.model.invoice import InvoiceStatus, LineKind
from mara.billing.model.meters import Meter
from mara.users.model import Locale


@dataclass(frozen=True, slots=True)
class DocumentTexts:
    """The words of one language; ``marks`` are by status, ``lines`` by kind of line."""

    invoice: str
    draft: str
    credit_note: str
    credited: str
    marks: Mapping[InvoiceStatus, str]
    lines: Mapping[LineKind, str]
    meters: Mapping[Meter, str]
    sources: Mapping[SourceKind, str]
    labels: Mapping[str, str]
    months: tuple[str, ...]


ENGLISH: Final = DocumentTexts(
    invoice="Invoice {number}",
    draft="Draft of an invoice",
    credit_note="Credit note {number}",
    credited="CREDITED",
    marks={
        InvoiceStatus.DRAFT: "DRAFT",
        InvoiceStatus.OPEN: "TO BE PAID",
        InvoiceStatus.PAID: "PAID",
        InvoiceStatus.VOID: "VOID",
        InvoiceStatus.UNCOLLECTIBLE: "NOT PAID",
    },
    lines={
        LineKind.BASE: "Plan {plan}",
        LineKind.DISCOUNT: "Discount",
        LineKind.UNUSED: "Unused part of the plan before",
        LineKind.REST: "Plan {plan}, rest of the period",
        LineKind.OVERAGE: "Use above the plan {plan}: {meter}",
        LineKind.REFUND: "Given back of invoice {number}",
    },
    meters={
        Meter.ANSWERS: "answers",
        Meter.GENERATED_TOKENS: "generated tokens",
        Meter.PAGES: "pages",
        Meter.ALERTS: "alerts",
        Meter.STORED_MB: "stored MB",
        Meter.AGENTS: "agents",
        Meter.BOTS: "bots",
    },
    sources={
        SourceKind.DEPOSIT: "Deposit",
        SourceKind.CREDIT: "Credit",
        SourceKind.CREDIT_NOTE: "Credit note",
    },
    labels={
        "seller": "Seller",
        "buyer": "Buyer",
        "issued": "Issued",
        "paid": "Paid",
        "period": "Period",
        "pay_until": "Pay until",
        "of_invoice": "Of invoice",
        "reason": "Reason",
        "description": "Description",
        "quantity": "Quantity",
        "amount": "Amount, USDT",
        "total": "Total",
        "notes": "Credit notes",
        "net": "Total less credit notes",
        "missing": "Still to be paid in",
        "paid_by": "Paid by",
        "source": "Source",
        "transaction": "Transaction",
        "page": "Page {page} of {pages}",
        "time": "All times are in UTC.",
    },
    months=(
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
)
RUSSIAN: Final = DocumentTexts(
    invoice="Счёт {number}",
    draft="Черновик счёта",
    credit_note="Кредит-нота {number}",
    credited="ВОЗВРАТ",
    marks={
        InvoiceStatus.DRAFT: "ЧЕРНОВИК",
        InvoiceStatus.OPEN: "К ОПЛАТЕ",
        InvoiceStatus.PAID: "ОПЛАЧЕН",
        InvoiceStatus.VOID: "АННУЛИРОВАН",
        InvoiceStatus.UNCOLLECTIBLE: "НЕ ОПЛАЧЕН",
    },
    lines={
        LineKind.BASE: "Тариф «{plan}»",
        LineKind.DISCOUNT: "Скидка",
        LineKind.UNUSED: "Неиспользованная часть прежнего тарифа",
        LineKind.REST: "Тариф «{plan}», остаток периода",
        LineKind.OVERAGE: "Сверх тарифа «{plan}»: {meter}",
        LineKind.REFUND: "Возврат по счёту {number}",
    },
    meters={
        Meter.ANSWERS: "ответы",
        Meter.GENERATED_TOKENS: "сгенерированные токены",
        Meter.PAGES: "страницы",
        Meter.ALERTS: "тревоги",
        Meter.STORED_MB: "хранение, МБ",
        Meter.AGENTS: "агенты",
        Meter.BOTS: "боты",
    },
    sources={
        SourceKind.DEPOSIT: "Депозит",
        SourceKind.CREDIT: "Начисление",
        SourceKind.CREDIT_NOTE: "Кредит-нота",
    },
    labels={
        "seller": "Продавец",
        "buyer": "Покупатель",
        "issued": "Выставлен",
        "paid": "Оплачен",
        "period": "Период",
        "pay_until": "Оплатить до",
        "of_invoice": "К счёту",
        "reason": "Основание",
        "description": "Наименование",
        "quantity": "Количество",
        "amount": "Сумма, USDT",
        "total": "Итого",
        "notes": "Кредит-ноты",
        "net": "Итого за вычетом кредит-нот",
        "missing": "Осталось внести",
        "paid_by": "Чем оплачено",
        "source": "Источник",
        "transaction": "Транзакция",
        "page": "Страница {page} из {pages}",
        "time": "Время указано по UTC.",
    },
    months=(),
)
OF_LOCALE: Final = {Locale.EN: ENGLISH, Locale.RU: RUSSIAN}
