"""Drawings: the geometry of the console's pictures, which templates write as SVG.

The pages allow no inline style, so every length is an attribute of SVG and every colour a class of the stylesheet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from salescope.console.card import Bin
from salescope.console.data import LeadReason, PastScore

__all__ = ["Bar", "Dot", "Reliability", "Spark", "importance_bars", "reason_bars", "reliability_plot", "spark_line"]

PLOT = 300.0
HALF = 100.0
MOST_BARS = 8
NICE_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
MOST_TICKS = 5
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 960.0, 110.0, 10.0


@dataclass(frozen=True, slots=True)
class Dot:
    """Is one bin of the reliability plot, in the units of its drawing.

    Parameters
    ----------
    x, y : float
        Its centre.
    top, bottom : float
        Ends of the interval of the rate.
    text : str
        What it says in words.
    """

    x: float
    y: float
    top: float
    bottom: float
    text: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """Is the reliability plot.

    Parameters
    ----------
    dots : tuple of Dot
        One a bin.
    ticks : tuple of (float, str)
        Places along an axis, from zero, and what they say.
    """

    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str], ...]


def reliability_plot(bins: Sequence[Bin]) -> Reliability:
    """Draws probability against rate.

    Parameters
    ----------
    bins : sequence of Bin
        The bins.

    Returns
    -------
    Reliability
        Both axes share one range, so that the diagonal is exact calibration.

    Examples
    --------
    >>> plot = reliability_plot([Bin(n_rows=9, probability=0.25, rate=0.5, lo_95=0.4, hi_95=0.5)])
    >>> plot.dots[0].x, plot.dots[0].y, plot.ticks[-1]
    (150.0, 0.0, (300.0, '50 %'))
    """
    largest = max([0.05, *(max(row.probability, row.hi_95) for row in bins)])
    step = next((step for step in NICE_STEPS if largest <= step * MOST_TICKS), NICE_STEPS[-1])
    count = min(round(1 / step), -int(-largest // step))
    scale = PLOT / (count * step)
    dots = tuple(
        Dot(
            x=round(row.probability * scale, 1),
            y=round(PLOT - row.rate * scale, 1),
            top=round(max(0.0, PLOT - row.hi_95 * scale), 1),
            bottom=round(PLOT - row.lo_95 * scale, 1),
            text=f"{row.probability:.1%} → {row.rate:.1%} (n = {row.n_rows:,})",
        )
        for row in bins
    )
    ticks = tuple((round(number * step * scale, 1), f"{number * step * 100:.0f} %") for number in range(count + 1))
    return Reliability(dots, ticks)


@dataclass(frozen=True, slots=True)
class Bar:
    """Is one bar with its words.

    Parameters
    ----------
    text : str
        What it stands for.
    value : float
        What it shows.
    x, width : float
        Where it lies; for signed bars the middle is at 100.
    """

    text: str
    value: float
    x: float
    width: float


def reason_bars(reasons: Sequence[LeadReason]) -> list[Bar]:
    """Draws reasons as signed bars around a middle, in the order given.

    Parameters
    ----------
    reasons : sequence of LeadReason
        The reasons.

    Returns
    -------
    list of Bar
        The strongest fills its half.

    Examples
    --------
    >>> [(bar.x, bar.width) for bar in reason_bars([LeadReason("a", 0.5), LeadReason("b", -0.25)])]
    [(100.0, 100.0), (50.0, 50.0)]
    """
    strongest = max((abs(reason.contribution) for reason in reasons), default=1.0) or 1.0
    bars = []
    for reason in reasons:
        width = round(HALF * abs(reason.contribution) / strongest, 1)
        bars.append(Bar(reason.text, reason.contribution, HALF if reason.contribution >= 0 else HALF - width, width))
    return bars


def importance_bars(importance: Mapping[str, float], *, say: Callable[[str], str]) -> list[Bar]:
    """Draws what moves the scores most.

    Parameters
    ----------
    importance : mapping of str to float
        Mean size of the contributions of each column, log-odds.
    say : callable
        Gives the name of a column as people say it.

    Returns
    -------
    list of Bar
        At most eight, the largest first, of width 200 for the largest.
    """
    largest_first = sorted(importance.items(), key=lambda item: -item[1])[:MOST_BARS]
    top = max((value for _, value in largest_first), default=1.0) or 1.0
    return [Bar(say(name), value, 0.0, round(2 * HALF * value / top, 1)) for name, value in largest_first]


@dataclass(frozen=True, slots=True)
class Spark:
    """Is the line of a lead's scores through time.

    Parameters
    ----------
    points : str
        Coordinates, as SVG's ``points``.
    last : tuple of (float, float)
        The newest point.
    """

    points: str
    last: tuple[float, float]


def spark_line(history: Sequence[PastScore]) -> Spark | None:
    """Draws scores through time.

    Parameters
    ----------
    history : sequence of PastScore
        Answers, the newest first.

    Returns
    -------
    Spark or None
        None where there are fewer than two answers.
    """
    if len(history) < 2:
        return None
    oldest_first = history[::-1]
    begin, span = oldest_first[0].at, (oldest_first[-1].at - oldest_first[0].at).total_seconds() or 1.0
    places = [
        (
            round(SPARK_EDGE + (SPARK_WIDTH - 2 * SPARK_EDGE) * (past.at - begin).total_seconds() / span, 1),
            round(SPARK_EDGE + (SPARK_HEIGHT - 2 * SPARK_EDGE) * (1 - past.score / 100), 1),
        )
        for past in oldest_first
    ]
    return Spark(" ".join(f"{x},{y}" for x, y in places), places[-1])
