"""The plots of targets: the fan of a plan's total with its goal, and the chance of each node.

Each returns a :class:`matplotlib.figure.Figure` that no window or global state knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from salescope.frames.amounts import amount_scale
from salescope.frames.languages import in_language
from salescope.monitoring.drawing import ACCENT, INK, MUTED, WASH, dress, name_bars
from salescope.monitoring.forecast_plots import TARGET
from salescope.monitoring.forecast_words import FORECAST_WORDS, node_words
from salescope.monitoring.pictures import finish
from salescope.monitoring.side_labels import SideLabel, label_ends
from salescope.planning import TargetPlan

__all__ = ["chance_plot", "plan_plot"]

MOST_BARS = 24
BANDS = ((0.025, 0.975), (0.1, 0.9), (0.25, 0.75))
SHADES = ("#dbe7fd", "#bcd3fb", "#93b6f8")
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "fan": "Sales until the end of each month: what may come, and the target",
        "chances": "Chance of each target",
        "median": "median",
        "target": "target {chance}",
        "last": "last year",
        "sold": "sold",
        "more": "{count:,} more",
        "band": "95, 80, 50 %",
    },
    "zh": {
        "fan": "各月底累計銷售：可能的範圍與目標",
        "chances": "各目標的達成機率",
        "median": "中位數",
        "target": "目標 {chance}",
        "last": "去年",
        "sold": "已實現",
        "more": "另有 {count:,} 個",
        "band": "95、80、50 %",
    },
}


def plan_plot(plan: TargetPlan, *, nodes: Sequence[str], unit: str, language: str = "en") -> Figure:
    """Draws the futures of a plan's total against its target, and the chance of each node's target.

    Parameters
    ----------
    plan : TargetPlan
        Any.
    nodes : sequence of str
        Whose chances are drawn, at most 24.
    unit : str
        The currency.
    language : {"en", "zh"}, default "en"
        The language of the words.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If there is no such language.
    """
    words = {**in_language(FORECAST_WORDS, language, where="plan_plot"), **WORDS[language]}
    table = plan.table()
    whole = table[table["period"] == "plan"]
    chance_of = dict(zip(whole["node"], whole["probability"].tolist(), strict=True))
    shown = list(nodes)[:MOST_BARS]
    figure = Figure(figsize=(12, max(4.6, 1.6 + 0.28 * len(shown))), layout="constrained")
    fan, bars = figure.subplots(1, 2, width_ratios=[5, 3])
    _fan(fan, plan, unit=unit, words=words, language=language)
    _bars(bars, [chance_of[node] for node in shown], names=shown, words=words, left=len(nodes) - len(shown))
    finish(figure)
    return figure


def chance_plot(told: pd.DataFrame, *, unit: str, language: str = "en") -> Figure:
    """Draws how likely targets are.

    Parameters
    ----------
    told : DataFrame, shape (n_targets, n_columns)
        ``node``, ``period``, ``target`` and ``probability``; the first 24 are drawn.
    unit : str
        The currency.
    language : {"en", "zh"}, default "en"
        The language of the words.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If there is no such language.

    Examples
    --------
    >>> told = pd.DataFrame({"node": ["all"], "period": ["plan"], "target": [5.0], "probability": [0.6]})
    >>> figure = chance_plot(told, unit="EUR", language="zh")
    >>> figure.axes[0].get_title(loc="left"), [text.get_text() for text in figure.axes[0].get_yticklabels()]
    ('各目標的達成機率', ['總計, 5 EUR'])
    """
    words = {**in_language(FORECAST_WORDS, language, where="chance_plot"), **WORDS[language]}
    first = told.head(MOST_BARS)
    several = len(told["period"].drop_duplicates()) > 1
    scale = amount_scale(told["target"], unit="", language=language)
    names = [
        ", ".join([node_words(node, words=words), *([period] if several else []), f"{scale.short(amount)} {unit}"])
        for node, period, amount in zip(first["node"], first["period"], first["target"], strict=True)
    ]
    figure = Figure(figsize=(9, max(2.6, 1.4 + 0.3 * len(first))), layout="constrained")
    left = len(told) - len(first)
    _bars(figure.subplots(), first["probability"].tolist(), names=names, words=words, left=left)
    finish(figure)
    return figure


def _fan(axes: Axes, plan: TargetPlan, *, unit: str, words: Mapping[str, str], language: str) -> None:
    futures, months = plan.futures, plan.futures.grid.months
    place = np.arange(len(months))
    sold = futures.paths.sum(axis=1).cumsum(axis=1)
    wanted = plan.cascade.cents.sum(axis=0).cumsum() / 100.0
    last, middle = plan.last.sum(axis=0).cumsum(), np.median(sold, axis=0)
    for (low, high), shade in zip(BANDS, SHADES, strict=True):
        ends = np.quantile(sold, (low, high), axis=0)
        axes.fill_between(place, ends[0], ends[1], color=shade, linewidth=0)
    axes.plot(place, middle, color=ACCENT, linewidth=1.8)
    axes.plot(place, last, color=MUTED, linewidth=1.4, linestyle=(0, (4, 2)))
    axes.plot(place, wanted, color=TARGET, linewidth=1.8, marker="o", markersize=3.5)
    if futures.closed:
        axes.plot(place[: futures.closed], sold[0, : futures.closed], color=INK, linewidth=2.4)
        axes.axvline(futures.closed - 1, color=MUTED, linewidth=0.8)
    axes.set_xlim(-0.3, len(months) - 0.7)
    if sold.min() >= 0.0:
        axes.set_ylim(bottom=0.0)
    ticks = place if len(months) <= 6 else place[::2]
    axes.set_xticks(ticks, [months[tick] for tick in ticks])
    labels = [
        SideLabel(height=middle[-1], text=f"{words['median']} ({words['band']})", colour=ACCENT),
        SideLabel(height=last[-1], text=words["last"], colour="#6b7785"),
        SideLabel(height=wanted[-1], text=words["target"].format(chance=f"({plan.probability:.0%})"), colour=TARGET),
    ]
    label_ends(axes, labels)
    scale = amount_scale(axes.dataLim.intervaly, unit=unit, language=language)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda amount, _: scale.text(amount)))
    dress(axes, title=words["fan"], x="", y=scale.label, legend=False)


def _bars(axes: Axes, found: Sequence[float], *, names: Sequence[str], words: Mapping[str, str], left: int) -> None:
    place = np.arange(len(found))[::-1]
    axes.barh(place, np.ones(len(found)), color=WASH, height=0.62)
    axes.barh(place, found, color=ACCENT, height=0.62)
    for height, chance in zip(place, found, strict=True):
        axes.text(1.02, height, f"{chance:.0%}", va="center", fontsize=9, color=INK)
    said = [node_words(name, words=words) if "," not in name else name for name in names]
    name_bars(axes, said[::-1])
    axes.axvline(0.5, color="white", linewidth=0.8)
    axes.set_xlim(0.0, 1.12)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0])
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    dress(axes, title=words["chances"], x=words["more"].format(count=left) if left else "", y="", legend=False)
