"""Events that the users domain publishes."""

from uuid import UUID

from mara.kernel.messages import Event


class UserDeactivated(Event):
    """An account was deactivated: its user cannot sign in any more."""

    owner_id: UUID
