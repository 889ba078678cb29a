"""SQS *-dead - keep the messages that no consumer could process, encrypted, for an operator.

One function reads the dead-letter queues of all queues (infra/dead-letters.yaml). SQS cannot be
listed, and its ids and counts do not last; the table can be read, redriven and discarded from.
"""

from mara.entrypoints.dead_letter_queue import dead_letter_consumer
from mara.wiring.queues import keep_dead_letters

handler = dead_letter_consumer(keep_dead_letters)
