"""What the answers of a bot cost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mara.telegram.model.bot_reply import ReplyKind

ANSWERED_WITHIN: Final = timedelta(minutes=2)
"""A question without a price by then has failed: the tries of its update are over."""
ASKING: Final = (ReplyKind.QUESTION, ReplyKind.BOT_QUESTION)


@dataclass(frozen=True, slots=True)
class Spending:
    """What the answers of a bot cost in a day, in micro-USDT.

    ``dearest`` is the price of the dearest one; ``unpriced`` the number of questions whose answers
    are on their way, and have no price yet.
    """

    price: int
    dearest: int
    unpriced: int

    def expected(self, price_of_plan: Callable[[], int]) -> int:
        """The price with that of the answers on their way, each as dear as the dearest.

        While none has a price yet, each counts as the plan says. It is not asked for otherwise.
        """
        if not self.unpriced:
            return self.price
        return self.price + self.unpriced * (self.dearest or price_of_plan())
