"""What the answers of a bot cost."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mara.telegram.model.bot_reply import ReplyKind

ANSWERED_WITHIN: Final = timedelta(minutes=1)
"""A question that has cost nothing by then costs nothing: it was free, refused, or a command."""
ASKING: Final = (ReplyKind.QUESTION, ReplyKind.BOT_QUESTION)


@dataclass(frozen=True, slots=True)
class Spending:
    """What the answers of a bot cost in a day, in micro-USDT.

    ``dearest`` is the price of the dearest one; ``unpriced`` the number of questions of the last
    minute whose answers have no price yet.
    """

    price: int
    dearest: int
    unpriced: int

    @property
    def expected(self) -> int:
        """The price with that of the answers on their way, each as dear as the dearest."""
        return self.price + self.unpriced * self.dearest
