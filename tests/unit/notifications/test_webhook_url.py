"""URLs of webhooks: which are accepted, and what they consist of."""

import pytest

from mara.notifications.errors import WebhookUrlRefused
from mara.notifications.model.webhook_url import Target, target_of


class TestUrl:
    @pytest.mark.parametrize(
        ("url", "target"),
        [
            ("https://a.example.com", Target("a.example.com", 443, "/")),
            ("HTTPS://A.Example.COM/B?c=d", Target("a.example.com", 443, "/B?c=d")),
            ("https://a.io:8443?x", Target("a.io", 8443, "/?x")),
            ("https://xn--80ak6aa92e.com/%D0%BF", Target("xn--80ak6aa92e.com", 443, "/%D0%BF")),
            ("https://1.2.a1/", Target("1.2.a1", 443, "/")),
        ],
    )
    def test_of_a_public_name_is_accepted(self, url: str, target: Target) -> None:
        assert target_of(url) == target

    @pytest.mark.parametrize(
        "url",
        [
            *("https://a.example.com/" + "b" * 2000, "https://" + "a." * 130 + "com/"),
            *("https://-a.com/", "https://a..com/", "https://a.com.", "https://com/"),
            *("https://a.com:65536/", "https://a.com:/", "https://a.com/#b", "https://a.com/ "),
            *("https://a.com/\n", "https://a.com/\x00", "https://привет.рф/", ""),
        ],
    )
    def test_of_another_form_is_refused(self, url: str) -> None:
        with pytest.raises(WebhookUrlRefused):
            target_of(url)
