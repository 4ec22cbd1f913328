"""Drawings of the track record: one figure over time, a line a version, each point with its interval or its noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["FIGURES", "MOST_VERSIONS", "TrackLine", "TrackPlot", "TrackPoint", "step_of", "track_drawings"]

WIDTH, HEIGHT = 440.0, 180.0
MOST_VERSIONS = 4
MOST_LABELS = 6
TICKS = 4
# The part of a period's room by which the versions in it stand apart.
BESIDE = 0.12
# Each with what it is compared with: 1 where predicted equals actual, the level of the intervals that we publish.
FIGURES: Mapping[str, float | None] = {
    "calibration_error": None,
    "total_ratio": 1.0,
    "auc": 0.5,
    "lift_at_10": 1.0,
    "value_total_ratio": 1.0,
    "coverage": 0.8,
    "value_mean": None,
}
NOISE = {"calibration_error": "calibration_p95"}


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """Is a figure of one period, in the units of its drawing.

    Parameters
    ----------
    x, y : float
        Its place.
    top, bottom : float
        Ends of its interval; its own place where it has none.
    text : str
        What it says in words.
    """

    x: float
    y: float
    top: float
    bottom: float
    text: str


@dataclass(frozen=True, slots=True)
class TrackLine:
    """Is the line of one version.

    Parameters
    ----------
    tone : int
        Which colour, from 0.
    points : tuple of TrackPoint
        Through time.
    """

    tone: int
    points: tuple[TrackPoint, ...]

    @property
    def path(self) -> str:
        """Gives the coordinates, as SVG's ``points``."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPlot:
    """Is the drawing of one figure.

    Parameters
    ----------
    name : str
        The figure.
    lines : tuple of TrackLine
        One a version.
    ticks : tuple of (float, str)
        Places from the top and what they say.
    labels : tuple of (float, str)
        Places from the left and their periods.
    reference : float or None
        Where the line to compare with lies.
    """

    name: str
    lines: tuple[TrackLine, ...]
    ticks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    reference: float | None


def track_drawings(cells: Sequence[Mapping[str, Any]]) -> list[TrackPlot]:
    """Draws every figure of a track record that can be told.

    Parameters
    ----------
    cells : sequence of mapping
        The cells of `salescope.store.model_record.ModelRecord.document`.

    Returns
    -------
    list of TrackPlot
        Of the last four versions.

    Examples
    --------
    >>> cell = {"version": "7", "period": "2026-03", "n_rows": 40, "figures": {"auc": 0.8}}
    >>> (plot,) = track_drawings([cell, {**cell, "period": "2026-04", "figures": {"auc": 0.7}}])
    >>> plot.name, [(point.x, point.y) for point in plot.lines[0].points]
    ('auc', [(110.0, 0.0), (330.0, 60.0)])
    """
    versions = list(dict.fromkeys(cell["version"] for cell in cells))[-MOST_VERSIONS:]
    periods = sorted({cell["period"] for cell in cells})
    shown = [cell for cell in cells if cell["version"] in versions]
    return [
        _plot(told, name=name, versions=versions, periods=periods)
        for name in FIGURES
        if (told := [cell for cell in shown if cell["figures"].get(name) is not None])
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Knows where a value and a period lie."""

    first: float
    scale: float
    periods: Sequence[str]
    versions: Sequence[str]

    def height(self, value: float) -> float:
        return round(HEIGHT - (value - self.first) * self.scale, 1)

    def across(self, period: str, *, version: str | None = None) -> float:
        room = WIDTH / len(self.periods)
        aside = 0.0 if version is None else self.versions.index(version) - (len(self.versions) - 1) / 2
        return round(room * (self.periods.index(period) + 0.5 + BESIDE * aside), 1)


def _plot(
    cells: Sequence[Mapping[str, Any]], *, name: str, versions: Sequence[str], periods: Sequence[str]
) -> TrackPlot:
    reference = FIGURES[name]
    reach = [end for cell in cells for end in (*_ends(cell, name), cell["figures"][name])]
    reach += [] if reference is None else [reference]
    low, high = min(reach), max(reach)
    step = step_of(high - low or abs(high) or 1.0)
    first, last = int(np.floor(low / step + 1e-9)), int(np.ceil(high / step - 1e-9))
    # Where everything is one tick, another above it says how long a step is.
    last = max(last, first + 1)
    scale = HEIGHT / ((last - first) * step)
    frame = _Frame(first=first * step, scale=scale, periods=periods, versions=versions)
    lines = [
        _line([cell for cell in cells if cell["version"] == version], name=name, frame=frame) for version in versions
    ]
    every = -(-len(periods) // MOST_LABELS)
    return TrackPlot(
        name=name,
        lines=tuple(line for line in lines if line.points),
        ticks=tuple((frame.height(number * step), f"{number * step:.4g}") for number in range(first, last + 1)),
        labels=tuple((frame.across(period), period) for period in periods[::every]),
        reference=None if reference is None else frame.height(reference),
    )


def _line(cells: Sequence[Mapping[str, Any]], *, name: str, frame: _Frame) -> TrackLine:
    points = []
    for cell in cells:
        bottom, top = (frame.height(end) for end in _ends(cell, name))
        place, figure = frame.across(cell["period"], version=cell["version"]), frame.height(cell["figures"][name])
        points.append(TrackPoint(place, figure, top, bottom, _text(cell, name)))
    return TrackLine(frame.versions.index(cells[0]["version"]) if cells else 0, tuple(points))


def _ends(cell: Mapping[str, Any], name: str) -> tuple[float, float]:
    """Gives the ends of a figure's interval; of an error, what chance alone would show."""
    figures = cell["figures"]
    if name in NOISE:
        return 0.0, figures[NOISE[name]]
    ends = [figures.get(f"{name}{end}") for end in ("_lo_95", "_hi_95")]
    value = figures[name]
    return (value, value) if None in ends else (min(ends), max(ends))


def step_of(reach: float) -> float:
    """Chooses how far apart the ticks of an axis lie.

    Parameters
    ----------
    reach : float
        From the least to the largest of what is drawn, above 0.

    Returns
    -------
    float
        One, two or five of a power of ten, so that about four fit.

    Examples
    --------
    >>> step_of(7.0), step_of(130.0)
    (2.0, 50.0)
    """
    rough = reach / TICKS
    power = 10.0 ** np.floor(np.log10(rough))
    return float(next(nice * power for nice in (1, 2, 5, 10) if rough <= nice * power * (1 + 1e-9)))


def _text(cell: Mapping[str, Any], name: str) -> str:
    return f"{cell['version']} · {cell['period']}: {cell['figures'][name]:.3f} (n = {cell['n_rows']:,})"
