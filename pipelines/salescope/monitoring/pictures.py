"""Drawings as files: the same bytes for the same drawing, whoever draws and whenever."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from threading import Lock

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.text import Text

from salescope.frames.errors import UnknownNameError
from salescope.monitoring.card import png_of
from salescope.monitoring.drawing import font_families

__all__ = ["PICTURE_ENDINGS", "check_picture", "finish", "svg_of", "write_picture"]

PICTURE_ENDINGS = (".svg", ".png")
# Names inside a drawing are made of this and not of chance. It is a setting of the whole process: one draws at a time.
SALT = {"svg.hashsalt": "salescope", "svg.fonttype": "path"}
_ONE_AT_A_TIME = Lock()


def svg_of(figure: Figure) -> str:
    """Draws a figure as SVG, letters as outlines, so that whoever looks needs no font.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The drawing.

    Returns
    -------
    str
        One element, to stand in a page or, after a declaration, in a file; without the date.

    Examples
    --------
    >>> svg_of(Figure(figsize=(1, 1)))[:4]
    '<svg'
    """
    buffer = BytesIO()
    with _ONE_AT_A_TIME, mpl.rc_context(SALT):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    written = buffer.getvalue().decode("utf-8")
    return re.sub(r"[ \t]+$", "", written[written.index("<svg") :], flags=re.MULTILINE)


def write_picture(figure: Figure, path: Path) -> None:
    """Writes a drawing in the format that the file's ending names.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The drawing.
    path : Path
        Ends with .svg or .png; an existing file is replaced.

    Raises
    ------
    UnknownNameError
        If the ending is another.

    Examples
    --------
    >>> write_picture(Figure(), Path("forecast.gif"))
    Traceback (most recent call last):
    ...
    salescope.frames.errors.UnknownNameError: Unknown file ending '.gif' in forecast.gif: ...
    """
    check_picture(path)
    if path.suffix.lower() == ".svg":
        picture = f'<?xml version="1.0" encoding="utf-8"?>\n{svg_of(figure)}'.encode()
    else:
        picture = png_of(figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)


def check_picture(path: Path) -> None:
    """Checks that a drawing can be written into a file of this name, before long work is done for it.

    Parameters
    ----------
    path : Path
        Ends with .svg or .png.

    Raises
    ------
    UnknownNameError
        If the ending is another.
    """
    ending = path.suffix.lower()
    if ending not in PICTURE_ENDINGS:
        raise UnknownNameError(ending, what="file ending", where=str(path), accepted=PICTURE_ENDINGS)


def finish(figure: Figure) -> None:
    """Lets every text of a drawing be in any script and no formula, and settles where everything stands.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The drawing, complete.

    Notes
    -----
    The layout moves by a hair whenever it is computed from where it was: computed once, it is the same in every file.

    Without a font for Chinese on the machine, its letters become empty boxes and matplotlib warns of each: install one
    of those that `salescope.monitoring.drawing.CHINESE` names, as Noto Sans CJK.
    """
    families = font_families()
    for text in figure.findobj(Text):
        text.set_fontfamily(families)
        text.set_parse_math(False)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
