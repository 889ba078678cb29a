"""The chart of revenue: readable, in two languages, and the same text for the same figures."""

import sys
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from mara.analytics.adapters.pygal_charts import COLORS, SVG, PygalRevenueCharts
from mara.analytics.model.timeline import BucketSize
from mara.users.model import Locale
from tests.support.browser import new_page
from tests.support.charts import buckets_of

CASES = [
    (1, BucketSize.DAY, 1),
    (60, BucketSize.DAY, 1000),
    (90, BucketSize.MONTH, 0),
    (365, BucketSize.WEEK, 100_000),
    (1500, BucketSize.DAY, 1),
]


def draw(days: int, by: BucketSize, scale: int, locale: Locale = Locale.EN) -> str:
    buckets = buckets_of(days, by, scale=scale)
    by_day = buckets_of(days, BucketSize.DAY, scale=scale)
    return PygalRevenueCharts().draw(buckets, by_day, by, locale)


def texts_of(svg: str) -> set[str]:
    return {node.text for node in ET.fromstring(svg).iter(f"{{{SVG}}}text") if node.text}  # noqa: S314 - made by this test


class TestRevenueChart:
    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_is_the_same_text_for_the_same_figures(self, case: tuple[int, BucketSize, int]) -> None:
        assert draw(*case) == draw(*case)

    def test_leaves_no_finder_of_modules_behind(self) -> None:
        """Without it, each import that fails afterwards warns of pygal's."""
        draw(*CASES[0])
        assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)

    def test_names_axis_series_and_months(self) -> None:
        found = texts_of(draw(365, BucketSize.MONTH, 1))
        assert found >= {"Movements of monthly recurring revenue", "Revenue by day", "USDT"}
        assert found >= {"New", "Reactivation", "Expansion", "Contraction", "Churn", "Recognised"}
        assert "2026-01" in found

    def test_is_in_russian_too(self) -> None:
        found = texts_of(draw(365, BucketSize.MONTH, 1, Locale.RU))
        assert found >= {"Новые", "Возвраты", "Расширение", "Сокращение", "Отток", "Признано"}
        assert found >= {"Изменения ежемесячной выручки", "Выручка по дням", "USDT"}

    def test_has_no_script_and_refers_to_nothing_outside(self) -> None:
        svg = draw(30, BucketSize.DAY, 1)
        assert "script" not in svg
        assert svg.count("http") == svg.count(SVG)
        assert "href" not in svg
        assert "@import" not in svg

    def test_of_five_years_by_day_is_below_the_limit_of_an_answer(self) -> None:
        assert len(draw(1830, BucketSize.DAY, 1)) < 4_000_000


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("locale", list(Locale))
def test_in_a_browser_no_texts_overlap_and_bars_have_their_colors(
    case: tuple[int, BucketSize, int], locale: Locale
) -> None:
    with new_page() as page:
        page.set_content(draw(*case, locale))
        boxes = page.evaluate(
            """[...document.querySelectorAll('text')]
                .filter(one => getComputedStyle(one).display !== 'none')
                .map(one => [one.getBoundingClientRect(), one.textContent, one])
                .filter(([box]) => box.width > 0)
                .map(([box, text]) => [box.left, box.top, box.right, box.bottom, text])"""
        )
        whole = page.evaluate("document.querySelector('svg').getBoundingClientRect().toJSON()")
        colors = page.evaluate(
            """[...new Set([...document.querySelectorAll('#chart-movements .bar rect')]
                .map(one => getComputedStyle(one).fill))]"""
        )
    assert len(boxes) > 10
    for (left, top, right, bottom, text), (left2, top2, right2, bottom2, text2) in combinations(
        boxes, 2
    ):
        apart = right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
        assert apart, (text, text2)
    for left, top, right, bottom, text in boxes:
        inside = left >= whole["left"] and right <= whole["right"] and top >= whole["top"]
        assert inside, text
        assert bottom <= whole["bottom"], text
    if case[2]:
        assert len(colors) == len(COLORS)
