"""The plot of a budget: each channel's curve of response, what history has seen, present and recommended spend."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from salescope.frames.amounts import AmountScale, amount_scale
from salescope.frames.languages import in_language
from salescope.monitoring.drawing import ACCENT, INK, MUTED, WASH, dress
from salescope.monitoring.forecast_plots import TARGET
from salescope.monitoring.pictures import finish
from salescope.planning import Budget

__all__ = ["budget_plot"]

Floats = npt.NDArray[np.float64]

MOST_PANELS = 12
ACROSS = 3
POINTS = 81
LOW, HIGH = 0.05, 0.95
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "x": "spend a week, {unit}",
        "y": "sales a week, {unit}",
        "band": "sales it brings, 90 %",
        "curve": "expected",
        "seen": "what history has seen",
        "now": "present spend",
        "then": "recommended",
        "untold": "{channel} (cannot be told)",
        "more": "{count:,} more channels",
    },
    "zh": {
        "x": "每週支出，{unit}",
        "y": "每週帶來的銷售，{unit}",
        "band": "帶來的銷售，90 %",
        "curve": "期望值",
        "seen": "歷史支出範圍",
        "now": "目前支出",
        "then": "建議支出",
        "untold": "{channel}（無法判斷）",
        "more": "另有 {count:,} 個通路",
    },
}


def budget_plot(budget: Budget, *, unit: str, language: str = "en") -> Figure:
    """Draws the curve of every channel, at most 12, those with most money first.

    Parameters
    ----------
    budget : Budget
        Any.
    unit : str
        The currency.
    language : {"en", "zh"}, default "en"
        The language of the words.

    Returns
    -------
    matplotlib.figure.Figure
        One panel a channel, all with the same height of sales, so that steep and flat can be compared.

    Raises
    ------
    UnknownNameError
        If there is no such language.
    """
    words = in_language(WORDS, language, where="budget_plot")
    shown = np.argsort(-budget.spend, kind="stable")[:MOST_PANELS]
    across = min(len(shown), ACROSS) if len(shown) != 4 else 2
    down = -(-len(shown) // across)
    figure = Figure(figsize=(4.0 * across + 0.6, 3.1 * down + 0.9), layout="constrained")
    panels = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    grids = np.linspace(0.0, _reach(budget), POINTS)
    draws = np.stack([budget.curves.response(spend) for spend in grids], axis=1)
    scale = amount_scale([0.0, float(np.quantile(draws[:, -1], HIGH, axis=0).max())], unit=unit, language=language)
    for axes, place in zip(panels, shown, strict=False):
        _curve(axes, budget, place=int(place), x=grids[:, place], draws=draws[:, :, place], words=words)
        _dress(axes, budget, place=int(place), scale=scale, words={**words, "unit": unit})
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    panels[0].set_ylim(bottom=0.0)
    handles, labels = panels[0].get_legend_handles_labels()
    left = len(budget.spend) - len(shown)
    title = words["more"].format(count=left) if left else None
    figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False, fontsize=9, title=title)
    finish(figure)
    return figure


def _reach(budget: Budget) -> Floats:
    return 1.15 * np.maximum(np.maximum(budget.curves.seen[:, 1], budget.curves.present), budget.spend)


def _curve(axes: Axes, budget: Budget, *, place: int, x: Floats, draws: Floats, words: Mapping[str, str]) -> None:
    mean = draws.mean(axis=0)
    low, high = np.quantile(draws, (LOW, HIGH), axis=0)
    seen = budget.curves.seen[place]
    axes.axvspan(seen[0], seen[1], color=WASH, alpha=0.5, linewidth=0, label=words["seen"])
    axes.fill_between(x, low, high, color=ACCENT, alpha=0.25, linewidth=0, label=words["band"])
    axes.plot(x, mean, color=ACCENT, linewidth=1.8, label=words["curve"])
    for spend, marker, colour, name in (
        (budget.curves.present[place], "o", INK, "now"),
        (budget.spend[place], "D", TARGET, "then"),
    ):
        height = float(np.interp(spend, x, mean))
        axes.plot([spend, spend], [0.0, height], color=colour, linewidth=1.0, linestyle=(0, (3, 2)))
        axes.plot([spend], [height], color=colour, marker=marker, markersize=7, linestyle="none", label=words[name])


def _dress(axes: Axes, budget: Budget, *, place: int, scale: AmountScale, words: Mapping[str, str]) -> None:
    channel = budget.curves.channels[place]
    title = channel if budget.curves.known[place] else words["untold"].format(channel=channel)
    axes.set_xlim(0.0, None)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda amount, _: f"{amount:,.0f}"))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda amount, _: scale.text(amount)))
    first = axes.get_subplotspec()
    y = words["y"].format(unit=scale.label) if first is None or first.is_first_col() else ""
    dress(axes, title=title, x=words["x"].format(unit=words["unit"]), y=y, legend=False)
    axes.title.set_color(INK if budget.curves.known[place] else MUTED)
