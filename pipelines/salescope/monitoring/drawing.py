"""The one look of all drawings: colours, frame, and names of any script or length beside bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes

__all__ = ["ACCENT", "INK", "MUTED", "WASH", "dress", "font_families", "name_bars"]

INK, MUTED, ACCENT, WASH = "#1f2933", "#9aa5b1", "#2563eb", "#dbe4f0"
LONGEST_NAME = 36
FEWEST_SLOTS = 3
CHINESE = (
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans TC",
    "Source Han Sans TC",
    "Microsoft JhengHei",
    "PingFang TC",
    "Heiti TC",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
)


def dress(axes: Axes, *, title: str, x: str, y: str, legend: bool = True, pad: float = 6.0) -> None:
    """Gives axes their title, labels, frame, grid and legend.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What was drawn on.
    title, x, y : str
        The title and the labels of the two axes.
    legend : bool, default True
        Whether there is anything to name.
    pad : float, default 6
        How far above the frame the title stands, in points.
    """
    axes.set_title(title, loc="left", color=INK, fontsize=12, fontweight="bold", pad=pad)
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(MUTED)
    axes.tick_params(colors=INK, length=3)
    axes.grid(color="#eef1f4", linewidth=0.8)
    axes.set_axisbelow(True)
    if legend:
        axes.legend(frameon=False, loc="best", fontsize=9, labelcolor=INK)


def font_families() -> list[str]:
    """Lists the fonts to look for a letter in: the usual one, then those for Chinese that this machine has.

    Returns
    -------
    list of str
    """
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in CHINESE if name in installed)]


def name_bars(axes: Axes, names: Sequence[str]) -> None:
    """Writes the names of horizontal bars at 0, 1, 2, …, from the bottom, and keeps few bars slim.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What the bars were drawn on.
    names : sequence of str
        Names of columns, in any script; one of more than 36 characters is cut. A dollar sign begins no formula.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> name_bars(axes, ["price in $", "a name that goes on and on and on and on and on"])
    >>> [text.get_text() for text in axes.get_yticklabels()]
    ['price in $', 'a name that goes on and on and on a…']
    """
    short = [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…" for name in names]
    axes.set_yticks(np.arange(len(short)), short, fontfamily=font_families(), parse_math=False)
    spare = max(FEWEST_SLOTS - len(short), 0) / 2
    axes.set_ylim(-0.6 - spare, len(short) - 0.4 + spare)
