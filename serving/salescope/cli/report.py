"""``salescope report``: the model card of the version that serves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.output import JsonOption, ModelArgument, WorkspaceOption, emit
from salescope.project import ModelName, load_workspace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from salescope.project import Workspace

__all__ = ["report"]


def report(
    model: ModelArgument = ModelName.LEADS,
    *,
    out: Annotated[Path | None, typer.Option(help="Where the page goes; <workspace>/reports/ by default.")] = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Write the model card of the version that serves as one HTML page."""
    from salescope.bundle import CARD, parse_json
    from salescope.monitoring import card_page, png_of
    from salescope.registry import load_current

    settings = load_workspace(workspace)
    published, files = load_current(settings.published_of(model))
    card: dict[str, Any] = parse_json(files[CARD], file=CARD)
    page = out or settings.path / "reports" / f"{model}-{published.version}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    drawn = _plots(card, files=files, workspace=settings, digest=published.digest)
    plots = {name: png_of(figure) for name, figure in drawn.items()}
    page.write_text(card_page(card, plots=plots), encoding="utf-8")
    people = [f"The card of {model} version {published.version} is in [bold]{page}[/]."]
    emit({"version": published.version, "page": str(page), "card": card}, as_json=as_json, people=people)


def _plots(
    card: Mapping[str, Any], *, files: Mapping[str, bytes], workspace: Workspace, digest: str
) -> dict[str, Figure]:
    """Draws what a card has numbers for; the forecast of sales is that of the day on which its model was trained."""
    from salescope.monitoring import importance_plot, sales_plots

    if card["name"] != ModelName.SALES:
        return {"importance": importance_plot(card["importance"])} if "importance" in card else {}
    import pandas as pd

    from salescope.bundle import load_as
    from salescope.forecasting.sales_model import SalesModel

    measured = card["measured"]
    figures = pd.DataFrame([*measured["figures"], *measured.get("by_window", [])])
    unit = workspace.currency if card["recipe"]["measure"] == "money" else "pieces"
    return sales_plots(load_as(SalesModel, files, digest=digest).forecaster, figures=figures, unit=unit)
