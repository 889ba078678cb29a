"""Who e-mails come from, and where their links lead."""

from pydantic import Field

from mara.platform.settings.base import Settings


class MailSettings(Settings):
    """The sender of e-mails, and the frontend."""

    mail_from: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    """The sender: an address, or one of a domain, that is verified in Amazon SES."""
    app_url: str = Field(default="", pattern=r"^(https?://[^\s?#]+[^/\s?#])?$")
    """The frontend, for links; without it, an e-mail names the route of the API instead."""
