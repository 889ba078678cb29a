"""How often the outbox is looked at for messages that wait for the relay."""

from pydantic import Field

from mara.platform.settings.base import Settings


class RelaySettings(Settings):
    """The interval of the outbox relay."""

    relay_interval_s: int = Field(default=60, ge=1, le=60)
    """Seconds between two looks of the outbox relay, which sends e-mails about accounts; 60 is once
    in each run of its schedule, with less it runs all the time."""
