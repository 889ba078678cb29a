"""Why money moved, in words: the text of a statement's entry."""

from typing import Final

from mara.ledger.model import TransferKind
from mara.users.model import Locale

TEXTS: Final = {
    TransferKind.DEPOSIT: ("Deposit", "Депозит"),
    TransferKind.WITHDRAWAL: ("Withdrawal", "Вывод"),
    TransferKind.HOLD: ("Reserved for a run", "Резерв на выполнение"),
    TransferKind.SETTLE: ("Use above the plan", "Использование сверх тарифа"),
    TransferKind.RELEASE: ("Reserve given back", "Резерв возвращён"),
    TransferKind.EXPIRE: ("Reserve expired", "Срок резерва истёк"),
    TransferKind.CHARGE: ("Charge", "Списание"),
    TransferKind.REFUND: ("Refund", "Возврат"),
    TransferKind.FEE: ("Fee", "Комиссия"),
    TransferKind.SUSPEND: ("Set aside for review", "Отложено до проверки"),
    TransferKind.RESTORE: ("Given back after review", "Возвращено после проверки"),
    TransferKind.WRITE_OFF: ("Written off", "Списано без возврата"),
    TransferKind.CREDIT: ("Credit by hand", "Начисление вручную"),
    TransferKind.CREDIT_REVERSAL: ("Credit taken back", "Начисление отозвано"),
}
OF_INVOICE: Final = {
    TransferKind.CHARGE: ("Invoice {number}", "Счёт {number}"),
    TransferKind.REFUND: ("Credit note of invoice {number}", "Кредит-нота к счёту {number}"),
}
"""Where the reference is an invoice."""


def entry_text(kind: TransferKind, number: str | None, locale: Locale) -> str:
    """The text of an entry; ``number`` is that of the invoice that it refers to."""
    place = 1 if locale is Locale.RU else 0
    if number is not None and kind in OF_INVOICE:
        return OF_INVOICE[kind][place].format(number=number)
    return TEXTS[kind][place]
