"""The model card: what people should know of a model before they trust it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from matplotlib.figure import Figure

from salescope.monitoring.wording import figure_text

__all__ = ["card_page", "page_templates", "png_of"]


@cache
def page_templates() -> Environment:
    """Makes the environment of the pages' templates once; it escapes everything."""
    environment = Environment(
        loader=PackageLoader("salescope.monitoring"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = figure_text
    return environment


def card_page(card: Mapping[str, Any], *, plots: Mapping[str, bytes]) -> str:
    """Renders a model card as one HTML page that needs nothing else.

    Parameters
    ----------
    card : mapping
        The card, as in the bundle's ``card.json``.
    plots : mapping of str to bytes
        Drawings by name, as `png_of` gives them; they are embedded.

    Returns
    -------
    str
        The page; every value is escaped.
    """
    images = {name: base64.b64encode(png).decode() for name, png in plots.items()}
    template = "customer_model.html" if "tiles" in card["figures"] else "scorer.html"
    return page_templates().get_template(template).render(card=card, images=images)


def png_of(figure: Figure, *, dpi: int = 110) -> bytes:
    """Draws a figure as a PNG image.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The drawing.
    dpi : int, default 110
        Dots an inch.

    Returns
    -------
    bytes
        The image.

    Examples
    --------
    >>> png_of(Figure(figsize=(1, 1)))[1:4]
    b'PNG'
    """
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()
