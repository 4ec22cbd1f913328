"""Names of lines, written beside their ends and not in a legend, none over another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

__all__ = ["SideLabel", "label_ends", "spread"]

POINTS_APART = 12.0
POINTS_AN_INCH = 72.0
FONT_SIZE = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class SideLabel:
    """Is the name of a line.

    Parameters
    ----------
    height : float
        Where the line ends, in the unit of the axis.
    text : str
        The name.
    colour : str
        Of the line.
    """

    height: float
    text: str
    colour: str


def label_ends(axes: Axes, labels: Sequence[SideLabel]) -> None:
    """Writes names at the right of axes whose limits are set.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What was drawn on.
    labels : sequence of SideLabel
        The names; where two lines end together, their names are moved apart in the order of the ends.
    """
    low, high = axes.get_ylim()
    tall = axes.get_window_extent().height / axes.figure.dpi * POINTS_AN_INCH
    ordered = sorted(labels, key=lambda label: label.height)
    places = spread([label.height for label in ordered], apart=POINTS_APART / tall * (high - low), top=high)
    for label, place in zip(ordered, places, strict=True):
        across = axes.get_yaxis_transform()
        axes.text(1.01, place, label.text, transform=across, color=label.colour, fontsize=FONT_SIZE, va="center")


def spread(heights: Sequence[float], *, apart: float, top: float) -> list[float]:
    """Moves rising heights apart.

    Parameters
    ----------
    heights : sequence of float
        Rising.
    apart : float
        The least distance of two.
    top : float
        What none may be above.

    Returns
    -------
    list of float
        In the same order: each where it was, or just above the one below it, or as far down as the top demands.

    Examples
    --------
    >>> spread([0.0, 0.0, 5.0], apart=1.0, top=5.0)
    [0.0, 1.0, 5.0]
    >>> spread([4.0, 5.0, 5.0], apart=1.0, top=5.0)
    [3.0, 4.0, 5.0]
    """
    places: list[float] = []
    for height in heights:
        places.append(max(height, places[-1] + apart) if places else height)
    limit = top
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], limit)
        limit = places[number] - apart
    return places
