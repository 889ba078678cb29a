"""Messages of the auth domain."""

from uuid import UUID

from mara.auth.model.mail import MailKind
from mara.kernel.messages import Event, Message


class SendAccountMail(Message):
    """Send an e-mail about an account to its owner, if there is an account with this address.

    The message is published whether or not there is one, so that no response tells. Tokens are not
    in it: the consumer makes them. ``network`` is where logins failed.
    """

    id: UUID
    kind: MailKind
    email: str
    network: str | None = None


class NewDeviceLoggedIn(Event):
    """A session was opened on a device that has none of the account."""

    session_id: UUID
    owner_id: UUID


class PasswordChanged(Event):
    """The password of an account was changed, or set again by mail."""

    owner_id: UUID
