"""The plot of a backtest: what is saved against the baseline, how often intervals held, and both window by window.

It returns a :class:`matplotlib.figure.Figure` that no window or global state knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from salescope.forecasting.calendar import Floats
from salescope.forecasting.tree import TOTAL
from salescope.frames.languages import in_language
from salescope.monitoring.drawing import ACCENT, INK, MUTED, WASH, dress, name_bars
from salescope.monitoring.forecast_words import FORECAST_WORDS, share_text
from salescope.monitoring.pictures import finish
from salescope.monitoring.side_labels import SideLabel, label_ends

__all__ = ["backtest_plot"]

# Each interval has its colour and its shape, the same in every row; lines of windows are dashed apart as well.
BANDS = ((ACCENT, "o"), ("#b45309", "s"), ("#0f766e", "D"), ("#9333ea", "^"))
STYLES = ("-", "--", "-.", ":")
TOGETHER = 0
PAD = 20.0


def backtest_plot(figures: pd.DataFrame, *, language: str = "en") -> Figure:
    """Draws skill by level of the tree, coverage against what intervals promise, and skill by window.

    Parameters
    ----------
    figures : DataFrame, shape (n_windows * n_levels + n_levels, n_columns)
        As in `Backtest`: ``window`` (0 for all together), ``level``, ``skill``, and ``coverage_80`` of each interval.
    language : {"en", "zh"}, default "en"
        The language of the words.

    Returns
    -------
    matplotlib.figure.Figure
        The drawing, 12 inches wide; the total is at the top. Where windows are told only together, nothing is drawn
        window by window.

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> figures = pd.DataFrame(
    ...     {"window": [0, 1], "level": ["all", "all"], "skill": [0.2, 0.2], "coverage_80": [0.75, 0.75]}
    ... )
    >>> [axes.get_title(loc="left") for axes in backtest_plot(figures).axes]
    ['Skill', 'Coverage', 'Skill by window']
    """
    words = in_language(FORECAST_WORDS, language, where="backtest_plot")
    together = figures[figures["window"] == TOGETHER].reset_index(drop=True)
    apart = figures[figures["window"] != TOGETHER]
    # Room between the panels for what stands at their edges.
    layout = ConstrainedLayoutEngine(w_pad=0.12)
    figure = Figure(figsize=(12 if len(apart) else 8, 2.2 + 0.34 * max(len(together), 4)), layout=layout)
    left, middle, *right = figure.subplots(1, 3 if len(apart) else 2)
    rows = {level: place for place, level in enumerate(reversed(together["level"].tolist()))}
    _skill(left, together, apart=apart, rows=rows)
    _coverage(middle, together, apart=apart, rows=rows)
    name_bars(left, [words["total"] if level == TOTAL else level for level in rows])
    # The same rows as at the left, where they are named.
    name_bars(middle, [""] * len(rows))
    for axes in right:
        _by_window(axes, apart, levels=list(reversed(rows)), words=words)
        dress(axes, title=words["by_window"], x=words["window_axis"], y="", legend=False, pad=PAD)
    dress(left, title=words["skill"], x=words["skill_axis"], y="", legend=False, pad=PAD)
    dress(middle, title=words["coverage"], x=words["coverage_axis"], y="", legend=False, pad=PAD)
    finish(figure)
    return figure


def _skill(axes: Axes, together: pd.DataFrame, *, apart: pd.DataFrame, rows: Mapping[str, int]) -> None:
    place = [rows[level] for level in together["level"]]
    axes.barh(place, together["skill"], color=WASH, height=0.6)
    axes.plot(apart["skill"], _places(apart, rows), "o", color=ACCENT, fillstyle="none", markersize=5)
    axes.axvline(0.0, color=INK, linewidth=1)
    across = axes.get_yaxis_transform()
    for row, skill in zip(place, together["skill"], strict=True):
        axes.text(0.995, row, share_text(skill), transform=across, ha="right", va="center", fontsize=9, color=INK)
    low, high = axes.get_xlim()
    # Room for the figures at the right.
    axes.set_xlim(low, high + 0.22 * (high - low))
    _in_percent(axes.xaxis)


def _coverage(axes: Axes, together: pd.DataFrame, *, apart: pd.DataFrame, rows: Mapping[str, int]) -> None:
    levels = [int(level) for level in re.findall(r"\bcoverage_(\d+)\b", " ".join(map(str, together)))]
    for level, (colour, shape) in zip(levels, BANDS, strict=False):
        name = f"coverage_{level}"
        axes.axvline(level / 100, color=colour, linewidth=1, linestyle="--")
        axes.text(
            level / 100, 1.01, f"{level} %", transform=axes.get_xaxis_transform(), color=colour, ha="center", fontsize=9
        )
        axes.plot(apart[name], _places(apart, rows), shape, color=colour, fillstyle="none", markersize=4, alpha=0.7)
        axes.plot(together[name], [rows[level] for level in together["level"]], shape, color=colour, markersize=8)
    seen = _drawn_coverages(together, apart=apart, levels=levels)
    axes.set_xlim(max(0.0, min([0.5, *(seen - 0.05)])), 1.02)
    _in_percent(axes.xaxis)


def _drawn_coverages(together: pd.DataFrame, *, apart: pd.DataFrame, levels: Sequence[int]) -> Floats:
    names = [f"coverage_{level}" for level in levels]
    drawn = np.concatenate([frame[names].to_numpy(dtype=np.float64).ravel() for frame in (together, apart)])
    kept: Floats = drawn[np.isfinite(drawn)]
    return kept


def _by_window(axes: Axes, apart: pd.DataFrame, *, levels: Sequence[str], words: Mapping[str, str]) -> None:
    windows = sorted(apart["window"].unique(), reverse=True)
    axes.axhline(0.0, color=INK, linewidth=1)
    labels = []
    for number, level in enumerate(levels):
        line = apart[apart["level"] == level].set_index("window")["skill"].reindex(windows)
        colour, style = BANDS[number][0] if number < len(BANDS) else MUTED, STYLES[number % len(STYLES)]
        axes.plot(range(len(windows)), line, marker="o", markersize=4, color=colour, linestyle=style, linewidth=1.6)
        if len(line) and np.isfinite(line.iloc[-1]):
            name = words["total"] if level == TOTAL else level
            labels.append(SideLabel(height=float(line.iloc[-1]), text=name, colour=colour))
    axes.set_xticks(range(len(windows)), [f"{window}" for window in windows])
    _in_percent(axes.yaxis)
    label_ends(axes, labels)


def _places(apart: pd.DataFrame, rows: Mapping[str, int]) -> list[int]:
    return [rows[level] for level in apart["level"]]


def _in_percent(axis: Axis) -> None:
    axis.set_major_locator(MaxNLocator(5))
    # Finer than whole percents, for ticks may lie 2.5 of them apart.
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g} %".replace("-", "−")))
