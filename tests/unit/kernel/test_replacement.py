"""A replacement erases nothing that the caller did not name."""

from dataclasses import dataclass

import pytest

from mara.kernel.errors import Invalid, check_all
from mara.kernel.replacement import FieldsMissing, check_complete


@dataclass(frozen=True)
class Paint:
    name: str
    colour: str | None = None
    coats: int = 1


class Wrong(Invalid):
    title = "Wrong"


def test_a_missing_field_that_has_a_value_is_named() -> None:
    with pytest.raises(FieldsMissing) as error:
        check_complete(Paint("a", "red", 2), Paint("b"), {"name"})
    assert error.value.names == ("colour", "coats")


def test_a_missing_field_without_a_value_is_no_loss() -> None:
    check_complete(Paint("a"), Paint("b", "red"), {"name", "colour"})


def test_a_field_may_be_erased_by_naming_it() -> None:
    check_complete(Paint("a", "red"), Paint("a"), {"name", "colour"})


def test_no_names_mean_all() -> None:
    check_complete(Paint("a", "red"), Paint("b"), None)


def test_all_checks_run_and_the_first_error_carries_the_others() -> None:
    def fail(name: str) -> None:
        raise Wrong(name)

    with pytest.raises(Wrong) as error:
        check_all(lambda: fail("first"), lambda: None, lambda: fail("second"))
    assert error.value.detail == "first"
    assert [other.detail for other in error.value.also] == ["second"]
    check_all(lambda: None)
