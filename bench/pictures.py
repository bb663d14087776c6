"""Curves of the figures as SVG, readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pygal
from pygal.etree import etree
from pygal.style import Style

_GREY = "#808080"
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=_GREY,
    foreground_strong=_GREY,
    foreground_subtle=_GREY,
    guide_stroke_color=_GREY,
    major_guide_stroke_color=_GREY,
    colors=("#2f81f7", "#d9730d", "#2da44e", "#a371f7"),
    font_family="sans-serif",
    title_font_size=15,
    label_font_size=11,
    major_label_font_size=11,
    legend_font_size=12,
)
_SIZE = {"width": 760, "height": 360}


def curves(title: str, along: Sequence[str], *, x_title: str, series: Mapping[str, Sequence[float | None]]) -> bytes:
    """A line for each series, with a value at each of the labels `along`."""
    return _drawn(pygal.Line(style=_STYLE, dots_size=3, **_SIZE), title, along, x_title, series)


def bars(title: str, along: Sequence[str], *, series: Mapping[str, Sequence[float | None]]) -> bytes:
    """A group of bars at each of the labels `along`."""
    return _drawn(pygal.Bar(style=_STYLE, x_label_rotation=20, **_SIZE), title, along, None, series)


def _drawn(
    chart: Any, title: str, along: Sequence[str], x_title: str | None, series: Mapping[str, Sequence[float | None]]
) -> bytes:
    chart.title, chart.x_title, chart.x_labels = title, x_title, along
    # From 0, or small differences look large.
    chart.range = (0, max(value for values in series.values() for value in values if value is not None))
    chart.legend_at_bottom, chart.legend_at_bottom_columns = True, 2
    chart.truncate_legend = chart.truncate_label = -1
    for name, values in series.items():
        chart.add(name, values)
    root = chart.render_tree()
    # A picture in a page runs no scripts.
    for parent in root.iter():
        for script in [child for child in parent if str(child.tag).endswith("script")]:
            parent.remove(script)
    # Of the library that pygal has drawn with: lxml where it is installed.
    drawn: bytes = etree.tostring(root)
    return drawn
