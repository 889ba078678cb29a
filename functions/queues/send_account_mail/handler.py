"""SQS send-account-mail - send an e-mail about an account to its owner."""

from mara.auth.messages import SendAccountMail
from mara.entrypoints.queue import consumer
from mara.wiring.account_mail import account_mail_service


@consumer(SendAccountMail)
def handler(message: SendAccountMail) -> None:
    account_mail_service().deliver(message)
