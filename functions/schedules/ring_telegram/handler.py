"""EventBridge rate(1 minute) - ring for bots and lanes that have work and no worker."""

from mara.entrypoints.schedule import schedule
from mara.wiring.telegram_sending import ringing_service

handler = schedule("ring-telegram")(lambda now: ringing_service().ring(now))
