"""``salescope report``: the model card of the version that serves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from salescope.cli.output import JsonOption, ModelArgument, WorkspaceOption, emit
from salescope.project import ModelName, load_workspace

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
    from salescope.monitoring import card_page, importance_plot, png_of
    from salescope.registry import load_current

    settings = load_workspace(workspace)
    published, files = load_current(settings.published_of(model))
    card: dict[str, Any] = parse_json(files[CARD], file=CARD)
    page = out or settings.path / "reports" / f"{model}-{published.version}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    plots = {"importance": png_of(importance_plot(card["importance"]))} if "importance" in card else {}
    page.write_text(card_page(card, plots=plots), encoding="utf-8")
    people = [f"The card of {model} version {published.version} is in [bold]{page}[/]."]
    emit({"version": published.version, "page": str(page), "card": card}, as_json=as_json, people=people)
