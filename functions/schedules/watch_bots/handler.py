"""EventBridge rate(5 minutes) - check the bots whose token and webhook were checked an hour ago."""

from mara.entrypoints.schedule import schedule
from mara.wiring.telegram_watch import bot_watch

handler = schedule("watch-bots")(lambda now: bot_watch().check_due(now))
