"""E-mails to users."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """A plain-text e-mail to one address."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Sends e-mails."""

    def send(self, mail: Mail) -> None:
        """Hand the e-mail to the mail service. Raises Unavailable if it does not take it.

        Call it outside a transaction: it waits for another service.
        """
