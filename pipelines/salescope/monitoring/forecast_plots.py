"""The plot of a forecast: what was sold, what is to come, how sure that is, and what it is compared with.

It returns a :class:`matplotlib.figure.Figure` that no window or global state knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from salescope.forecasting import Panel
from salescope.frames.amounts import amount_scale
from salescope.frames.errors import UnknownNameError
from salescope.frames.languages import in_language
from salescope.monitoring.drawing import ACCENT, INK, MUTED, dress
from salescope.monitoring.event_marks import mark_events
from salescope.monitoring.forecast_words import FORECAST_WORDS, node_words, share_text
from salescope.monitoring.pictures import finish
from salescope.monitoring.side_labels import SideLabel, label_ends

__all__ = ["ForecastMarks", "forecast_plot", "measured_coverage", "node_history"]

# Amber beside blue and grey: told apart by all eyes, and by the way they are dashed where there is no colour.
TARGET, BASELINE = "#b45309", "#6b7785"
MOST_HORIZONS, LEAST_PERIODS = 8, 36
FEW_POINTS = 40
LEAST_REACH = 1e-6
# Of years, months and days alike in both languages; the last three never occur.
DATES = ["%Y", "%Y-%m", "%m-%d", "%m-%d", "%m-%d", "%m-%d"]
STARTS = ["%Y", "%Y", "%m-%d", "%m-%d", "%m-%d", "%m-%d"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastMarks:
    """Says what stands in the plot beside history and forecast.

    Parameters
    ----------
    events : DataFrame, shape (n_events, 2), optional
        ``date`` and ``name`` of holidays, promotions, launches.
    target : float or Series of float by date, optional
        What is to be reached a period, in the unit of the sales.
    coverage : mapping of int to float, default {}
        By interval, in percent, how often it held in backtests of the node's level; it is written beside the interval.
    """

    events: pd.DataFrame | None = None
    target: float | pd.Series | None = None
    coverage: Mapping[int, float] = field(default_factory=dict)


def forecast_plot(
    forecast: pd.DataFrame,
    *,
    history: pd.Series,
    node: str = "all",
    unit: str = "",
    marks: ForecastMarks | None = None,
    language: str = "en",
) -> Figure:
    """Draws the forecast of a node after its history.

    Parameters
    ----------
    forecast : DataFrame, shape (n_nodes * horizon, n_columns)
        As of `SalesForecaster.predict`: ``node``, ``date``, ``mean``, ``baseline`` where there is one, and ``lo_80``,
        ``hi_80`` of each interval.
    history : Series of float, shape (n_periods,)
        What the node sold, by the first day of the period, rising; of a long one the newest part is drawn.
    node : str, default "all"
        The node that is drawn.
    unit : str, default ""
        Of the sales, as "TWD" or "pieces".
    marks : ForecastMarks, optional
        Events, a target, and how often intervals held.
    language : {"en", "zh"}, default "en"
        The language of the words.

    Returns
    -------
    matplotlib.figure.Figure
        The drawing, 9 × 4.6 inches; every line is named beside its end.

    Raises
    ------
    UnknownNameError
        When there is no such node or language.

    Examples
    --------
    >>> days = pd.date_range("2026-01-01", periods=3, freq="MS")
    >>> told = pd.DataFrame({"node": "all", "date": days[2:], "mean": [12.0], "lo_80": [9.0], "hi_80": [15.0]})
    >>> figure = forecast_plot(told, history=pd.Series([10.0, 11.0], index=days[:2]), unit="TWD", language="zh")
    >>> figure.axes[0].get_title(loc="left"), figure.axes[0].get_ylabel()
    ('總計：未來銷售', 'TWD')
    """
    words = in_language(FORECAST_WORDS, language, where="forecast_plot")
    told = forecast[forecast["node"] == node].sort_values("date", kind="stable")
    if not len(told):
        accepted = tuple(dict.fromkeys(forecast["node"]))
        raise UnknownNameError(node, what="node", where="the forecast", accepted=accepted)
    beside = marks or ForecastMarks()
    past = history.dropna().iloc[-max(LEAST_PERIODS, MOST_HORIZONS * len(told)) :]
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    axes = figure.subplots()
    drawn = _Drawn(axes=axes, told=told, past=past, marks=beside, words=words)
    labels = [*drawn.intervals(), *drawn.lines()]
    drawn.limits()
    counted = drawn.events()
    label_ends(axes, labels)
    scale = amount_scale(axes.dataLim.intervaly, unit=unit, language=language)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda amount, _: scale.text(amount)))
    title = words["title"].format(node=node_words(node, words=words))
    dress(axes, title=title, x=counted, y=scale.label, legend=False, pad=20)
    finish(figure)
    return figure


def measured_coverage(figures: pd.DataFrame, *, level: str) -> dict[int, float]:
    """Says how often intervals held at a level of the tree, in all windows of a backtest together.

    Parameters
    ----------
    figures : DataFrame
        As in `Backtest`.
    level : str
        The level, as "all".

    Returns
    -------
    dict of int to float
        By interval, in percent; empty where nothing was measured.

    Examples
    --------
    >>> measured_coverage(pd.DataFrame({"window": [0], "level": ["all"], "coverage_80": [0.75]}), level="all")
    {80: 0.75}
    """
    here = figures[(figures["window"] == 0) & (figures["level"] == level)]
    names = [name for name in map(str, here.columns) if name.startswith("coverage_")]
    return {int(name.removeprefix("coverage_")): float(here[name].iloc[0]) for name in names if len(here)}


def node_history(panel: Panel, node: str) -> pd.Series:
    """Takes the history of one node from those of all.

    Parameters
    ----------
    panel : Panel
        As `SalesForecaster.panel_`.
    node : str
        Its name.

    Returns
    -------
    Series of float, shape (n_periods,)
        By the first day of each period since the node began.

    Raises
    ------
    UnknownNameError
        When there is no such node.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> node_history(monthly([[np.nan, 4.0]]), "series 0").tolist()
    [4.0]
    """
    if node not in panel.series:
        raise UnknownNameError(node, what="node", where="the history", accepted=panel.series)
    values = panel.values  # noqa: PD011 - of a panel, not of pandas
    return pd.Series(values[panel.series.index(node)], index=panel.dates, name=node).dropna()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Draws the parts of one forecast on its axes."""

    axes: Axes
    told: pd.DataFrame
    past: pd.Series
    marks: ForecastMarks
    words: Mapping[str, str]

    def intervals(self) -> list[SideLabel]:
        """Draws the widest first, so that each one lies on those that hold more often."""
        names = sorted(map(int, re.findall(r"\blo_(\d+)\b", " ".join(map(str, self.told)))), reverse=True)
        labels = []
        for place, level in enumerate(names):
            low, high = self._joined(f"lo_{level}"), self._joined(f"hi_{level}")
            shade = 0.14 + 0.14 * place
            self.axes.fill_between(low.index, low, high, color=ACCENT, alpha=shade, linewidth=0)
            held = self.marks.coverage.get(level)
            text = self.words["interval"].format(level=level)
            if held is not None and np.isfinite(held):
                text = self.words["interval_held"].format(level=level, share=share_text(held))
            labels.append(SideLabel(height=float(high.iloc[-1]), text=text, colour=ACCENT))
        return labels

    def lines(self) -> list[SideLabel]:
        """Draws what was sold and what is said of the periods to come."""
        marker = "o" if len(self.past) <= FEW_POINTS else ""
        self.axes.plot(self.past.index, self.past, color=INK, linewidth=1.6, marker=marker, markersize=3)
        labels = []
        if "baseline" in self.told and self.told["baseline"].notna().any():
            labels.append(self._line(self._joined("baseline"), name="baseline", colour=BASELINE, style="--"))
        if self.marks.target is not None:
            labels.append(self._line(self._target(), name="target", colour=TARGET, style="-."))
        labels.append(self._line(self._joined("mean"), name="mean", colour=ACCENT, style="-"))
        return labels

    def limits(self) -> None:
        """Begins at zero where nothing is below it, and leaves room above for the names of events."""
        low, high = self.axes.dataLim.intervaly
        low, high = min(low, 0.0), max(high, 0.0)
        # Less than anything that is paid is drawn as nothing.
        reach = high - low if high - low > LEAST_REACH else 1.0
        room = 0.3 if self.marks.events is not None and len(self.marks.events) else 0.06
        self.axes.set_ylim(low - (0.04 * reach if low < 0 else 0.0), low + reach * (1 + room))
        if low < 0:
            self.axes.axhline(0.0, color=INK, linewidth=0.8)
        first = self.past.index[0] if len(self.past) else self.told["date"].iloc[0]
        span = max(self.told["date"].iloc[-1] - first, pd.Timedelta(1, "D"))
        self.axes.set_xlim(first - 0.01 * span, self.told["date"].iloc[-1] + 0.005 * span)
        locator = AutoDateLocator(minticks=3, maxticks=9)
        self.axes.xaxis.set_major_locator(locator)
        dates = ConciseDateFormatter(locator, formats=DATES, zero_formats=STARTS, show_offset=False)
        self.axes.xaxis.set_major_formatter(dates)
        cut = self.told["date"].iloc[0]
        self.axes.axvline(cut, color=MUTED, linewidth=1)
        for text, side in ((f"{self.words['actual']}  ", "right"), (f"  {self.words['ahead']}", "left")):
            across = self.axes.get_xaxis_transform()
            self.axes.text(cut, 1.01, text, ha=side, va="bottom", transform=across, color=BASELINE, fontsize=9)

    def events(self) -> str:
        """Marks what happens, if anything does, and counts it where not every name has room."""
        if self.marks.events is None or not len(self.marks.events):
            return ""
        inside, named = mark_events(self.axes, self.marks.events, cut=self.told["date"].iloc[0])
        return self.words["unnamed"].format(count=inside) if inside > named else ""

    def _joined(self, column: str) -> pd.Series:
        """Begins where history ends, so that no line hangs in the air."""
        ahead = self.told.set_index("date")[column].astype(np.float64)
        return ahead if not len(self.past) else pd.concat([self.past.iloc[-1:], ahead])

    def _target(self) -> pd.Series:
        target = self.marks.target
        if isinstance(target, pd.Series):
            return target
        return pd.Series(target, index=self.told["date"], dtype=np.float64)

    def _line(self, line: pd.Series, *, name: str, colour: str, style: str) -> SideLabel:
        marker = "o" if name == "mean" and len(self.told) <= FEW_POINTS else ""
        every = slice(1, None) if len(self.past) else slice(0, None)
        self.axes.plot(
            line.index, line, color=colour, linestyle=style, linewidth=2 if name == "mean" else 1.6,
            marker=marker, markersize=3, markevery=every,
        )  # fmt: skip
        return SideLabel(height=float(line.iloc[-1]), text=self.words[name], colour=colour)
