"""``salescope monitor``: what a model said against what happened, and what has moved since it was trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.monitor_sales import monitor_sales
from salescope.cli.output import JsonOption, ModelArgument, WorkspaceOption, emit, table
from salescope.project import ModelName, Workspace, load_workspace

if TYPE_CHECKING:
    from salescope.monitoring import RecentDrift
    from salescope.store.model_record import ModelRecord

__all__ = ["monitor"]


def monitor(
    model: ModelArgument = ModelName.LEADS,
    *,
    since: Annotated[
        datetime | None,
        typer.Option(help="From when truths count (UTC); the last 365 days by default, of sales all forecasts."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Also write the record with its plots as one HTML page; of sales its plot, .svg or .png."),
    ] = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Judge a model's answers by what happened: calibration, lift, coverage and value over time, and drift."""
    from salescope.monitoring import track_page
    from salescope.store import open_store
    from salescope.store.model_record import LOOK_BACK, RecordWish, model_record

    settings = load_workspace(workspace)
    if model is ModelName.SALES:
        begun = None if since is None else since.replace(tzinfo=since.tzinfo or UTC)
        monitor_sales(settings, since=begun, out=out, as_json=as_json)
        return
    now = datetime.now(UTC)
    begin = now - LOOK_BACK if since is None else since.replace(tzinfo=since.tzinfo or UTC)
    settings.state.mkdir(parents=True, exist_ok=True)
    with closing(open_store(settings.store_url)) as store:
        record = model_record(store, RecordWish(model=model.value, since=begin, until=now))
    drift = _drift(settings, model=model, now=now)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(track_page(record, drift=drift), encoding="utf-8")
    page = None if out is None else str(out)
    moved = {"compared": drift.compared, "columns": [asdict(column) for column in drift.columns]}
    document: dict[str, Any] = {**record.document(), "drift": moved, "page": page}
    emit(document, as_json=as_json, people=_told(record, drift=drift, page=page))


def _drift(workspace: Workspace, *, model: ModelName, now: datetime) -> RecentDrift:
    from salescope.bundle import CARD, parse_json
    from salescope.frames.errors import NothingPublishedError
    from salescope.monitoring import RecentDrift, recent_drift
    from salescope.registry import load_current

    try:
        _, files = load_current(workspace.published_of(model))
    except NothingPublishedError:
        return RecentDrift(compared="No version serves yet, so that nothing can be compared with its training.")
    card = parse_json(files[CARD], file=CARD)
    return recent_drift(workspace, model=model.value, card=card, as_of=now.replace(tzinfo=None))


def _told(record: ModelRecord, *, drift: RecentDrift, page: str | None) -> Iterator[object]:
    from salescope.evaluation.drift import EXPLANATION
    from salescope.monitoring import TRACK_FIGURES, figure_text

    yield record.message
    told = {name: words for name, words in TRACK_FIGURES.items() if any(name in cell.figures for cell in record.cells)}
    for title, cells in (("By version", record.versions), ("Over time", record.cells)):
        if cells:
            rows = (
                (cell.version, cell.period, cell.n_rows, *(figure_text(cell.figures[name]) for name in told))
                for cell in cells
            )
            yield table(
                title, columns=["version", "period", "#judged", *(f"#{words}" for words in told.values())], rows=rows
            )
    if record.estimated is not None:
        figures = [(name, figure) for name, figure in record.estimated.figures.items() if figure is not None]
        rows = (
            (name.replace("_", " "), figure_text(figure.mean), f"{figure_text(figure.lo)} – {figure_text(figure.hi)}")
            for name, figure in figures
        )
        title = f"Expected of version {record.estimated_version} before outcomes are known"
        yield table(title, columns=["figure", "#expected", "#95 % interval"], rows=rows)
        yield f"[dim]{record.estimated.assumption} {record.estimated.caveat}[/]"
    yield f"Drift: {drift.compared}"
    yield from (column.message for column in drift.columns if column.drifted)
    yield f"[dim]{EXPLANATION}[/]" if drift.columns else ""
    if page is not None:
        yield f"The page is in [bold]{page}[/]."
