"""SQS send-telegram - send the messages that wait for a bot.

The message is a doorbell: the rows of outgoing messages say what waits. A schedule rings every
minute for bots whose doorbell was lost.
"""

from mara.entrypoints.queue import consumer
from mara.telegram.messages import MessagesWait
from mara.wiring.telegram_sending import sending_service


@consumer(MessagesWait)
def handler(message: MessagesWait) -> None:
    sending_service().send(message.config_id, message.owner_id)
