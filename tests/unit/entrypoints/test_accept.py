"""The media type of an answer follows from Accept."""

import pytest

from mara.entrypoints.accept import PDF, preferred_type

OFFERED = ("application/json", "text/html", PDF)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("text/html;q=0, */*", "application/json"),
        ("text/html;q=0.4, application/json;q=0.4", "application/json"),
        ("text/html;q=0.5, application/*;q=0.4", "text/html"),
        ("TEXT/HTML", "text/html"),
        ("text/html;level=1;q=x", "application/json"),
        (PDF, PDF),
        (f"{PDF};q=0.1", PDF),
        (f"{PDF}, text/html", "text/html"),
        (f"*/*, {PDF}", "application/json"),
        (",,;", "application/json"),
    ],
)
def test_the_type_that_is_ranked_highest_is_chosen(accept: str | None, chosen: str) -> None:
    assert preferred_type(accept, OFFERED) == chosen
