"""Charts as SVG, by pygal: without scripts and outside files, the same bytes for the same input."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from xml.etree import ElementTree as ET

from mara.analytics.adapters.chart_texts import TEXTS
from mara.analytics.adapters.pygal_panel import HEIGHT, WIDTH, Panel
from mara.analytics.model.revenue import RevenueBucket
from mara.analytics.model.timeline import BucketSize
from mara.users.model import Locale

SVG: Final = "http://www.w3.org/2000/svg"
COLORS: Final = {
    "new": "#2e7d32",
    "reactivation": "#9ccc65",
    "expansion": "#1e88e5",
    "contraction": "#ffa726",
    "churn": "#c62828",
}


class PygalRevenueCharts:
    """Implements ``RevenueCharts``."""

    def draw(
        self,
        buckets: Sequence[RevenueBucket],
        days: Sequence[RevenueBucket],
        by: BucketSize,
        locale: Locale,
    ) -> str:
        """Movements of MRR by bucket above the revenue by day."""
        texts = TEXTS[locale]
        movements = Panel(
            name="movements",
            title=texts.movements_title,
            series={
                name: [getattr(bucket.movements, field) for bucket in buckets]
                for field, name in texts.movements.items()
            },
            labels=[_label(bucket.start.date(), by) for bucket in buckets],
            colors=tuple(COLORS[field] for field in texts.movements),
            number=texts.number,
        )
        recognised = Panel(
            name="recognised",
            title=texts.recognised_title,
            series={texts.recognised: [day.recognised for day in days]},
            labels=[_label(day.start.date(), BucketSize.DAY) for day in days],
            colors=(COLORS["expansion"],),
            number=texts.number,
        )
        return _below_each_other([movements.draw(), recognised.draw()])


def _below_each_other(charts: Sequence[ET.Element]) -> str:
    height = HEIGHT * len(charts)
    whole = ET.Element(
        "svg",
        {
            "xmlns": SVG,
            "width": str(WIDTH),
            "height": str(height),
            "viewBox": f"0 0 {WIDTH} {height}",
        },
    )
    for number, chart in enumerate(charts):
        chart.set("y", str(HEIGHT * number))
        whole.append(chart)
    return ET.tostring(whole, encoding="unicode")


def _label(day: date, by: BucketSize) -> str:
    return f"{day:%Y-%m}" if by is BucketSize.MONTH else day.isoformat()
