"""For which sites the cookies of browser sessions are set."""

from typing import Literal, Self

from pydantic import Field, model_validator

from mara.platform.settings.stage import StageSettings


class CookieSettings(StageSettings):
    """``Domain`` and ``SameSite`` of the cookies (RFC 6265bis).

    Without a domain, a browser sends them to the API's host alone; ``example.com`` includes its
    subdomains. Pages of another site need ``none``, which browsers accept over HTTPS only.
    """

    cookie_domain: str = Field(
        default="", max_length=253, pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)+)?$"
    )
    """The domain of the cookies, such as example.com; empty for the API's host alone."""
    cookie_same_site: Literal["strict", "lax", "none"] = "strict"
    """Which pages' requests carry the cookies; none needs HTTPS."""

    @model_validator(mode="after")
    def _require_https(self) -> Self:
        if self.cookie_same_site == "none" and self.is_local:
            message = "MARA_COOKIE_SAME_SITE cannot be none in the local stage, which has no TLS"
            raise ValueError(message)
        return self
