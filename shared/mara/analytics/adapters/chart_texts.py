"""The words of charts by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mara.users.model import Locale


@dataclass(frozen=True, slots=True)
class ChartTexts:
    """``movements`` are the names of its series, by field of the domain model."""

    movements_title: str
    recognised_title: str
    recognised: str
    decimal_point: str
    movements: Mapping[str, str]

    def number(self, amount: float) -> str:
        """Groups of three digits, and decimals if there are any."""
        whole, _, decimals = f"{amount:,.6f}".rstrip("0").partition(".")
        text = whole.replace(",", "\N{NARROW NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")
        return text + self.decimal_point + decimals if decimals else text


TEXTS: Final[Mapping[Locale, ChartTexts]] = {
    Locale.EN: ChartTexts(
        movements_title="Movements of monthly recurring revenue",
        recognised_title="Revenue by day",
        recognised="Recognised",
        decimal_point=".",
        movements={
            "new": "New",
            "reactivation": "Reactivation",
            "expansion": "Expansion",
            "contraction": "Contraction",
            "churn": "Churn",
        },
    ),
    Locale.RU: ChartTexts(
        movements_title="Изменения ежемесячной выручки",
        recognised_title="Выручка по дням",
        recognised="Признано",
        decimal_point=",",
        movements={
            "new": "Новые",
            "reactivation": "Возвраты",
            "expansion": "Расширение",
            "contraction": "Сокращение",
            "churn": "Отток",
        },
    ),
}
