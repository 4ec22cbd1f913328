"""Plots of the track record: figures over time a version, each with its noise, and what has drifted since training.

Every function returns a :class:`matplotlib.figure.Figure` that no window or global state knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from salescope.evaluation import ColumnDrift
from salescope.evaluation.outcomes import Floats
from salescope.monitoring.drawing import ACCENT, INK, MUTED, WASH, dress, name_bars

__all__ = ["calibration_track_plot", "drift_plot", "track_plot"]

VERSION_COLOURS = (ACCENT, "#d97706", "#0f766e", "#9333ea")
MOST_TICKS = 12
MOST_BARS = 15
TITLES = {
    "auc": "AUC",
    "lift_at_10": "Lift at 10 %",
    "log_loss": "Log loss",
    "total_ratio": "Predicted ÷ actual",
    "skill": "Skill against the base rate before",
    "coverage": "Coverage of the intervals",
    "width": "Width of the intervals",
    "value_total_ratio": "Predicted ÷ actual value",
    "value_skill": "Skill against the mean value before",
}


def calibration_track_plot(table: pd.DataFrame) -> Figure:
    """Draws the calibration error of each version over time, with what perfect probabilities would show.

    Parameters
    ----------
    table : DataFrame, shape (n_cells, n_columns)
        From `track_table`, of one model: period, start, version, calibration_error, calibration_p95.

    Returns
    -------
    matplotlib.figure.Figure
        The last four versions; bars reach up to the 95th percentile of the noise, points are what was measured.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "version": ["7"],
    ...         "period": ["2026-01"],
    ...         "start": [pd.Timestamp("2026-01-01")],
    ...         "calibration_error": [0.02],
    ...         "calibration_p95": [0.03],
    ...     }
    ... )
    >>> calibration_track_plot(table).axes[0].get_ylabel()
    'calibration error'
    """
    figure = Figure(figsize=(7.2, 4.0), layout="constrained")
    axes = figure.subplots()
    for version, cells, place, width, colour in _versions(axes, table, figure="calibration_error"):
        axes.bar(
            place, cells["calibration_p95"], width=width, color=colour, alpha=0.16, label=f"noise, version {version}"
        )
        axes.plot(
            place, cells["calibration_error"], marker="o", color=colour, linewidth=1.5, label=f"version {version}"
        )
    axes.set_ylim(bottom=0)
    _finish(axes, title="Calibration", y="calibration error")
    return figure


def track_plot(table: pd.DataFrame, *, figure: str, reference: float | None = None) -> Figure:
    """Draws any figure of the track record over time, a line a version, with its 95 % interval where it has one.

    Parameters
    ----------
    table : DataFrame, shape (n_cells, n_columns)
        From `track_table`, of one model: period, start, version and the figure.
    figure : str
        A column of the table, as "coverage" or "auc".
    reference : float, optional
        A line to compare with, as 0.8 for the coverage of 80 % intervals or 1 for predicted ÷ actual.

    Returns
    -------
    matplotlib.figure.Figure
        The last four versions.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "version": ["7"],
    ...         "period": ["2026-01"],
    ...         "start": [pd.Timestamp("2026-01-01")],
    ...         "coverage": [0.8],
    ...         "coverage_lo_95": [0.7],
    ...         "coverage_hi_95": [0.9],
    ...     }
    ... )
    >>> track_plot(table, figure="coverage", reference=0.8).axes[0].get_title(loc="left")
    'Coverage of the intervals'
    """
    drawing = Figure(figsize=(7.2, 4.0), layout="constrained")
    axes = drawing.subplots()
    if reference is not None:
        axes.axhline(reference, color=MUTED, linewidth=1, linestyle="--", label=f"{reference:g}")
    for version, cells, place, _, colour in _versions(axes, table, figure=figure):
        axes.plot(place, cells[figure], marker="o", color=colour, linewidth=1.5, label=f"version {version}")
        if f"{figure}_lo_95" in cells:
            axes.vlines(
                place, cells[f"{figure}_lo_95"], cells[f"{figure}_hi_95"], color=colour, alpha=0.45, linewidth=3
            )
    _finish(axes, title=TITLES.get(figure, figure), y=figure.replace("_", " "))
    return drawing


def drift_plot(drifts: Sequence[ColumnDrift]) -> Figure:
    """Draws how far columns have moved since training, each beside what chance alone would show.

    Parameters
    ----------
    drifts : sequence of ColumnDrift
        From `feature_drift`, in its order.

    Returns
    -------
    matplotlib.figure.Figure
        The first fifteen that can be compared; the wide bar is chance, 95 of 100 times; what is beyond it is coloured.

    Examples
    --------
    >>> figure = drift_plot(
    ...     [ColumnDrift(column="source", kind="category", psi=0.3, floor=0.01, p95=0.04, drifted=True)]
    ... )
    >>> [text.get_text() for text in figure.axes[0].get_yticklabels()]
    ['source']
    """
    shown = [drift for drift in drifts if drift.psi is not None][:MOST_BARS][::-1]
    figure = Figure(figsize=(6.4, 1.0 + 0.3 * max(len(shown), 3)), layout="constrained")
    axes = figure.subplots()
    place = np.arange(len(shown))
    axes.barh(place, [drift.p95 or 0.0 for drift in shown], color=WASH, height=0.8, label="chance alone")
    for drifted, colour, label in ((True, ACCENT, "beyond chance"), (False, MUTED, "within chance")):
        psi = np.array([drift.psi or 0.0 if drift.drifted == drifted else np.nan for drift in shown])
        if np.isfinite(psi).any():
            axes.barh(place, psi, color=colour, height=0.4, label=label)
    name_bars(axes, [drift.column for drift in shown])
    # One column of new values would squeeze all others into a line: roots leave them a length.
    axes.set_xscale("function", functions=(_root, np.square))
    _finish(axes, title="What has moved since training", y="", x="population stability index (scale of square roots)")
    return figure


def _root(lengths: Floats) -> Floats:
    # Room beside the bars lies below 0, where there is no root.
    roots: Floats = np.sqrt(np.clip(lengths, 0, None))
    return roots


def _versions(
    axes: Axes, table: pd.DataFrame, *, figure: str
) -> Iterator[tuple[str, pd.DataFrame, Floats, float, str]]:
    """Gives the cells of each of the last versions with their places, side by side within a period."""
    told = table[table[figure].notna()]
    periods = told.sort_values("start", kind="stable")["period"].drop_duplicates().tolist()
    every = -(-len(periods) // MOST_TICKS) or 1
    axes.set_xticks(range(0, len(periods), every), periods[::every])
    versions = told["version"].drop_duplicates().tolist()[-len(VERSION_COLOURS) :]
    width = 0.8 / max(len(versions), 1)
    for number, (version, colour) in enumerate(zip(versions, VERSION_COLOURS, strict=False)):
        cells = told[told["version"] == version].sort_values("start", kind="stable")
        middle = np.array([periods.index(period) for period in cells["period"]], dtype=float)
        yield version, cells, middle + width * (number - (len(versions) - 1) / 2), width, colour


def _finish(axes: Axes, *, title: str, y: str, x: str = "") -> None:
    named = bool(axes.get_legend_handles_labels()[1])
    if not named:
        axes.text(0.5, 0.5, "nothing to show yet", transform=axes.transAxes, ha="center", color=INK)
    dress(axes, title=title, x=x, y=y, legend=named)
