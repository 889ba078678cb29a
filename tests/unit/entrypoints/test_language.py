"""The language of an error by Accept-Language (RFC 9110, section 12.5.4)."""

import pytest

from mara.entrypoints.language import accepted
from mara.users.model import Locale


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ru", Locale.RU),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", Locale.RU),
        ("en-GB, ru;q=0.5", Locale.EN),
        ("de, fr;q=0.9, RU;q=0.2", Locale.RU),
        ("en;q=0.1,ru;q=0.4", Locale.RU),
        ("en;q=0, ru;q=0.001", Locale.RU),
        ("ru;q=0", None),
        ("de", None),
        ("*", None),
        ("", None),
        ("ru;q=many", None),
        (";;,,=", None),
        ("ru;level=1", Locale.RU),
    ],
)
def test_the_supported_language_of_the_highest_quality_is_chosen(
    header: str, language: Locale | None
) -> None:
    assert accepted(header) is language
