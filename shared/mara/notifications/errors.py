"""Errors of the notifications domain."""

from mara.kernel.errors import Conflict, Invalid, NotFound


class CursorExpired(Invalid):
    """The cursor is older than the changes that are kept: some may have been missed."""

    title = "The cursor is too old"
    fields = ("after",)


class AddressNotPublic(Invalid):
    """The address of a webhook leads, or may lead, into a private network."""

    title = "The address is not public"


class WebhookUrlRefused(Invalid):
    """The URL of a webhook is not https, names no public host, or has parts that are not sent."""

    title = "The URL of the webhook is refused"
    fields = ("url",)


class WebhookNotFound(NotFound):
    """The caller has no webhook with this id."""

    title = "There is no such webhook"


class DeliveryNotFound(NotFound):
    """The webhook has no delivery with this id."""

    title = "There is no such delivery"


class WebhookOff(Conflict):
    """The webhook is off: nothing is sent to it."""

    title = "The webhook is off"


class TooManyWebhooks(Invalid):
    """The caller has as many webhooks as a user may have."""

    title = "No more webhooks can be made"


class NoticeRequired(Invalid):
    """Notices of this kind cannot be switched off in this channel."""

    title = "These notices cannot be switched off"
    fields = ("items",)


class NoticeNotFound(NotFound):
    """The caller has no notice with this id."""

    title = "There is no such notice"
