"""EventBridge rate(5 minutes) - check bots an hour after their last check, and keep the platform's.

The platform's bot follows the setting with its token: another token is taken up within minutes.
"""

from collections.abc import Mapping
from datetime import datetime

from mara.entrypoints.schedule import schedule
from mara.wiring.telegram_platform import platform_bot_keeping
from mara.wiring.telegram_watch import bot_watch


def _watch(now: datetime) -> Mapping[str, int]:
    return {**bot_watch().check_due(now), **platform_bot_keeping().keep()}


handler = schedule("watch-bots")(_watch)
