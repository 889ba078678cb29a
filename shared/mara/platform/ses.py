"""Sends e-mails with Amazon SES; the local emulator keeps them, for the mailbox of `mara mail`."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.errors import Invalid, Unavailable
from mara.kernel.mail import Mail

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class MailServiceUnavailable(Unavailable):
    """SES did not take the e-mail; a retry may succeed."""

    title = "The mail service does not take the e-mail"


class NoMailSender(Invalid):
    """The stage has no sender address: its template parameter MailFrom is empty."""

    title = "No sender of e-mails is configured"


@cache
def client() -> "SESV2Client":
    """The SES client, created once per execution environment."""
    import boto3
    from botocore.config import Config

    settings = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
    return boto3.client("sesv2", config=settings)


@dataclass(frozen=True, slots=True)
class SesMailer:
    """Implements ``Mailer``; ``sender`` is an identity that is verified in SES."""

    sender: str

    def send(self, mail: Mail) -> None:
        """Send it. Raises MailServiceUnavailable, NoMailSender."""
        from botocore.exceptions import BotoCoreError, ClientError

        if not self.sender:
            raise NoMailSender("Set the template's parameter MailFrom.")
        try:
            client().send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [mail.to]},
                Content={
                    "Simple": {
                        "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": mail.text, "Charset": "UTF-8"}},
                    }
                },
            )
        except (BotoCoreError, ClientError) as error:
            raise MailServiceUnavailable("Try again later.") from error
