"""Numbers and dates by the format of their cell: as a person sees them."""

from datetime import date, datetime, time, timedelta

import pytest

from mara.extraction.date_format import ISO
from mara.extraction.number_format import Value, formatter, number_text

ACCOUNTING = '_-* #,##0.00\\ "₽"_-;\\-* #,##0.00\\ "₽"_-;_-* "-"??\\ "₽"_-;_-@_-'
SHOWN: list[tuple[Value, str, str]] = [
    (123, "00000", "00123"),
    (0.15, "0.0%", "15.0%"),
    (0.15, "0 %", "15 %"),
    (1 / 3, "0.00", "0.33"),
    (2.675, "0.00", "2.68"),
    (2, "0.##", "2"),
    (-5, "0", "-5"),
    (-0.001, "0.0", "0.0"),
    (1234567, "#,##0", "1 234 567"),
    (-1234.5, "#,##0.00;(#,##0.00)", "(1 234.50)"),
    (0, '0;-0;"none"', "none"),
    (1234.5, '#,##0.00" ₽"', "1 234.50 ₽"),
    (1234.5, "[$€-407] #,##0.00", "€ 1 234.50"),
    (-1234.5, '"$"#,##0.00', "-$1 234.50"),
    (1234.5, ACCOUNTING, "1 234.50 ₽"),
    (0, ACCOUNTING, "- ₽"),
    (12345678, '#,##0,," m"', "12 m"),
    (75, "[Red]0;[Blue]-0", "75"),
    (1.5, '0.0" kg"', "1.5 kg"),
    (79161234567, "+0(000)000-00-00", "+7(916)123-45-67"),
    (45366, "dd.mm.yyyy", "15.03.2024"),
    (date(2024, 3, 5), "d-mmm-yy", "5-Mar-24"),
    (45366, '[$-419]d mmmm yyyy "г."', "15 марта 2024 г."),
    (datetime.fromisoformat("2024-03-15 14:05"), "dd/mm/yyyy hh:mm", "15/03/2024 14:05"),
    (datetime.fromisoformat("2024-03-15"), ISO, "2024-03-15"),
    (time(14, 5, 9), "h:mm AM/PM", "2:05 PM"),
    (45366.5, "hh:mm:ss.000", "12:00:00.000"),
    (timedelta(hours=26, minutes=30), "[h]:mm", "26:30"),
    (1.1041666667, "[h]:mm", "26:30"),
    (59, "yyyy-mm-dd", "1900-02-28"),
]


class TestFormatter:
    @pytest.mark.parametrize(("value", "code", "text"), SHOWN)
    def test_shows(self, value: Value, code: str, text: str) -> None:
        shown = formatter(code)
        assert shown is not None
        assert shown(value) == text

    @pytest.mark.parametrize("code", ["General", "@", "", "# ?/?", "0.00E+00", "0" * 300])
    def test_is_none_for_the_usual_form(self, code: str) -> None:
        assert formatter(code) is None

    @pytest.mark.parametrize("code", ["yyyy-mm-dd", "0.00", "[h]:mm"])
    def test_shows_the_usual_form_of_what_it_cannot(self, code: str) -> None:
        shown = formatter(code)
        assert shown is not None
        assert shown(1e300) == "1e+300"


class TestNumberText:
    @pytest.mark.parametrize(
        ("number", "text"), [(3.0, "3"), (0.1 + 0.2, "0.3"), (7.25, "7.25"), (1e-7, "1e-07")]
    )
    def test_is_without_the_error_of_binary_fractions(self, number: float, text: str) -> None:
        assert number_text(number) == text
