"""SQS charge-owner - charge a user's subscription after money was seen, credited or orphaned.

The end of an account arrives here too. The queue is subscribed to the topic of events. A lost event
does no harm: the schedule does the same within a minute.
"""

from mara.billing.messages import ChargeOwner
from mara.entrypoints.queue import consumer
from mara.wiring.billing import charging_service


@consumer(ChargeOwner)
def handler(message: ChargeOwner) -> None:
    charging_service().charge_owner(message.owner_id)
