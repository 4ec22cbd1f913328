"""The drawing of a published forecast: intervals inside each other, the forecast, the baseline, in readable amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from salescope.console.track_drawings import step_of
from salescope.frames.amounts import AmountScale, amount_scale
from salescope.store import ForecastRow

__all__ = ["ForecastDrawing", "ForecastPoint", "forecast_drawing", "period_name"]

WIDTH, HEIGHT = 640.0, 260.0
LEVELS = (95, 80)
MOST_LABELS = 4
LEAST_REACH = 1e-6
# What the only period of a forecast is wide, at each side.
ALONE = 24.0


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """Is the forecast of one period, in the units of its drawing.

    Parameters
    ----------
    x, y : float
        Its place.
    text : str
        What it says in words.
    """

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDrawing:
    """Is the drawing of one node.

    Parameters
    ----------
    bands : tuple of (int, str)
        Intervals in percent, the widest first, with their outlines as SVG's ``points``.
    points : tuple of ForecastPoint
        The forecast.
    baseline : str
        As SVG's ``points``; empty where the baseline says nothing.
    ticks : tuple of (float, str)
        Places from the top and what they say.
    labels : tuple of (float, str)
        Places from the left and their periods.
    zero : float
        Where nothing is sold.
    unit : str
        In what the ticks are counted.
    """

    bands: tuple[tuple[int, str], ...]
    points: tuple[ForecastPoint, ...]
    baseline: str
    ticks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    zero: float
    unit: str

    @property
    def path(self) -> str:
        """Gives the forecast, as SVG's ``points``."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def forecast_drawing(rows: Sequence[ForecastRow], *, frequency: str, unit: str, language: str) -> ForecastDrawing:
    """Draws what a node is forecast to sell.

    Parameters
    ----------
    rows : sequence of ForecastRow, shape (horizon,)
        Of one node, by step; at least one.
    frequency : {"day", "week", "month", "quarter"}
        The periods.
    unit : str
        Of the amounts, as "TWD".
    language : {"en", "zh"}
        Of the words for large amounts.

    Returns
    -------
    ForecastDrawing
        The axis begins at zero, unless something is below it.

    Examples
    --------
    >>> ends = {"lo_80": 0.5e6, "hi_80": 1.5e6, "lo_95": 0.0, "hi_95": 2e6}
    >>> row = ForecastRow(node="all", level="all", date=date(2026, 1, 1), step=1, mean=1e6, **ends)
    >>> drawing = forecast_drawing([row], frequency="quarter", unit="TWD", language="en")
    >>> drawing.unit, drawing.path, drawing.labels
    ('TWD, million', '320.0,130.0', ((320.0, '2026 Q1'),))
    """
    ends = [value for row in rows for value in (row.lo_95, row.lo_80, row.mean, row.hi_80, row.hi_95)]
    ends += [row.baseline for row in rows if row.baseline is not None]
    scale = amount_scale(ends, unit=unit, language=language)
    low, high = min(0.0, *ends), max(0.0, *ends)
    # Less than anything that is paid: a scale of it would have no numbers any more.
    step = step_of(high - low if high - low > LEAST_REACH else 1.0)
    first = int(np.floor(low / step + 1e-9))
    last = max(int(np.ceil(high / step - 1e-9)), first + 1)
    frame = _Frame(first=first * step, scale=HEIGHT / ((last - first) * step), count=len(rows))
    every = -(-len(rows) // MOST_LABELS)
    named = [(frame.across(place), period_name(row.date, frequency=frequency)) for place, row in enumerate(rows)]
    return ForecastDrawing(
        bands=tuple((level, _band(rows, level=level, frame=frame)) for level in LEVELS),
        points=tuple(
            ForecastPoint(across, frame.height(row.mean), _text(row, name=name, scale=scale))
            for row, (across, name) in zip(rows, named, strict=True)
        ),
        baseline=_baseline(rows, frame=frame),
        ticks=tuple((frame.height(number * step), scale.text(number * step)) for number in range(first, last + 1)),
        labels=tuple(named[::every]),
        zero=frame.height(0.0),
        unit=scale.label,
    )


def period_name(first_day: date, *, frequency: str) -> str:
    """Names a period by its first day.

    Parameters
    ----------
    first_day : date
        The first day.
    frequency : {"day", "week", "month", "quarter"}
        How long it is.

    Returns
    -------
    str

    Examples
    --------
    >>> [period_name(date(2026, 4, 6), frequency=name) for name in ("month", "quarter", "week")]
    ['2026-04', '2026 Q2', '2026-04-06']
    """
    match frequency:
        case "month":
            return f"{first_day:%Y-%m}"
        case "quarter":
            return f"{first_day.year} Q{(first_day.month + 2) // 3}"
        case _:
            return first_day.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Knows where an amount and a period lie."""

    first: float
    scale: float
    count: int

    def height(self, amount: float) -> float:
        return round(HEIGHT - (amount - self.first) * self.scale, 1)

    def across(self, place: int) -> float:
        return round(WIDTH * (place + 0.5) / self.count, 1)


def _band(rows: Sequence[ForecastRow], *, level: int, frame: _Frame) -> str:
    upper = [(frame.across(place), frame.height(getattr(row, f"hi_{level}"))) for place, row in enumerate(rows)]
    lower = [(frame.across(place), frame.height(getattr(row, f"lo_{level}"))) for place, row in enumerate(rows)]
    if len(rows) == 1:
        upper, lower = ([(x + side, y) for x, y in line for side in (-ALONE, ALONE)] for line in (upper, lower))
    return " ".join(f"{x},{y}" for x, y in (*upper, *reversed(lower)))


def _baseline(rows: Sequence[ForecastRow], *, frame: _Frame) -> str:
    told = [(frame.across(place), row.baseline) for place, row in enumerate(rows) if row.baseline is not None]
    if len(rows) == 1:
        told = [(x + side, amount) for x, amount in told for side in (-ALONE, ALONE)]
    return " ".join(f"{x},{frame.height(amount)}" for x, amount in told)


def _text(row: ForecastRow, *, name: str, scale: AmountScale) -> str:
    ends = " · ".join(
        f"{level} %: {scale.text(getattr(row, f'lo_{level}'))} – {scale.text(getattr(row, f'hi_{level}'))}"
        for level in reversed(LEVELS)
    )
    return f"{name}: {scale.text(row.mean)} ({ends})"
