"""One chart of stacked bars over time, drawn by pygal."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mara.kernel.money import MICRO_PER_USDT

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

WIDTH: Final = 1100
HEIGHT: Final = 430
"""In CSS pixels."""
LABELS_MAX: Final = 10
"""Labels on the axis of time: more would overlap."""
STEPS_MAX: Final = 10
"""Labels on the axis of amounts."""
STYLE: Final = {
    "font_family": "'DejaVu Sans', Verdana, Arial, sans-serif",
    "background": "#ffffff",
    "plot_background": "#ffffff",
    "foreground": "#37474f",
    "foreground_strong": "#102027",
    "foreground_subtle": "#78909c",
    "guide_stroke_color": "#eceff1",
    "major_guide_stroke_color": "#cfd8dc",
    "opacity": "1",
    "opacity_hover": ".8",
    "transition": "0s",
    "label_font_size": 12,
    "major_label_font_size": 12,
    "legend_font_size": 13,
    "title_font_size": 18,
}
LAYOUT: Final = {
    "width": WIDTH,
    "height": HEIGHT,
    "margin": 16,
    "explicit_size": True,
    "include_x_axis": True,
    "legend_at_bottom": True,
    "max_scale": STEPS_MAX,
    "show_minor_x_labels": False,
    "truncate_label": -1,
    "truncate_legend": -1,
    "y_title": "USDT",
    "js": (),
}


@dataclass(frozen=True, slots=True)
class Panel:
    """``series`` are amounts in micro-USDT by name, negative ones below the axis.

    ``name`` separates its styles from those of other charts in one document. ``number`` writes an
    amount of USDT on the axis.
    """

    name: str
    title: str
    series: Mapping[str, Sequence[int]]
    labels: Sequence[str]
    colors: tuple[str, ...]
    number: Callable[[float], str]

    def draw(self) -> "ET.Element":
        """The root element, without scripts."""
        from pygal import Config, StackedBar
        from pygal.etree import etree
        from pygal.style import Style

        _remove_plugin_finder()
        etree.to_etree()  # where lxml is installed, pygal takes it and writes other bytes
        config = Config(
            **LAYOUT,
            style=Style(**STYLE, colors=self.colors),
            title=self.title,
            value_formatter=self.number,
            legend_at_bottom_columns=len(self.series),
            x_labels=list(self.labels),
            x_labels_major_every=-(-len(self.labels) // LABELS_MAX),
        )
        chart = StackedBar(config)
        chart.uuid = self.name  # drawn at random otherwise
        for name, amounts in self.series.items():
            chart.add(name, [amount / MICRO_PER_USDT for amount in amounts])
        return _without_scripts(chart.render_tree())


def _without_scripts(root: Any) -> "ET.Element":
    """Remove scripts, what only they read, and comments, whose tag is a function."""
    for parent in list(root.iter()):
        for node in list(parent):
            if callable(node.tag) or node.tag in ("script", "desc"):
                parent.remove(node)
    element: ET.Element = root
    return element


def _remove_plugin_finder() -> None:
    """Remove what pygal has added to ``sys.meta_path`` for its maps, which are not used here.

    It has the interface that Python 3.12 removed: each import that fails warns of it meanwhile.
    """
    sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != "pygal"]
