"""``salescope forecast``: the sales of every node in the periods to come, with intervals that were measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.backtest import HistoryOption, PlotOption, figure_table, plot_line, records
from salescope.cli.output import JsonOption, WorkspaceOption, emit, moment_asked, plain, steps_shown, table
from salescope.frames.errors import UnknownNameError
from salescope.project import ModelName, load_workspace

if TYPE_CHECKING:
    import pandas as pd

    from salescope.project import Workspace
    from salescope.store import Publication
    from salescope.training.sales import SalesForecast

__all__ = ["forecast", "measured_in"]


def forecast(
    *,
    node: Annotated[
        str | None, typer.Option(help="The node that is shown, as region=North; the total by default.")
    ] = None,
    level: Annotated[str | None, typer.Option(help="Show every node of this level instead, as region.")] = None,
    as_of: HistoryOption = None,
    out: Annotated[
        Path | None, typer.Option(help="A file for every node: .csv, .xlsx, .parquet or .json; none by default.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Choose members anew, although a model of sales was promoted.")
    ] = False,
    overrides: Annotated[
        Path | None,
        typer.Option(help="A file of numbers that people put in place: node, date, value, reason, author."),
    ] = None,
    publish: Annotated[
        bool | None,
        typer.Option(
            "--publish/--no-publish", help="Let the service answer from it; by default, unless --as-of looks back."
        ),
    ] = None,
    keep: Annotated[int, typer.Option(help="Published forecasts that are kept, this one among them.", min=1)] = 400,
    plot: PlotOption = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Forecast the sales of every node, with intervals, and publish the table that the service answers from."""
    import pandas as pd

    from salescope.batch import write_scores
    from salescope.sources import read_cells
    from salescope.training.sales import forecast_sales

    _check_plot(plot)
    settings = load_workspace(workspace)
    moment = None if as_of is None else pd.Timestamp(moment_asked(as_of))
    changed = None if overrides is None else read_cells(overrides)
    with steps_shown("forecast", quiet=as_json) as tell:
        told = forecast_sales(settings, as_of=moment, anew=anew, overrides=changed, progress=tell)
    rows = _asked_for(told.forecast, node=node, level=level)
    if out is not None:
        write_scores(told.forecast, out)
    if plot is not None:
        _draw(told, node=rows["node"].iloc[0], workspace=settings, path=plot)
    published = _published(settings, told, keep=keep) if (as_of is None if publish is None else publish) else None
    document = {**_document(told, workspace=settings, published=published), "forecast": records(rows)}
    document |= {"file": None if out is None else str(out), "plot": None if plot is None else str(plot)}
    people = chain(_shown(told, rows=rows, workspace=settings), _written(out, published=published), plot_line(plot))
    emit(document, as_json=as_json, people=people)


def _check_plot(plot: Path | None) -> None:
    if plot is not None:
        from salescope.monitoring import check_picture

        check_picture(plot)


def _draw(told: SalesForecast, *, node: str, workspace: Workspace, path: Path) -> None:
    from salescope.monitoring import (
        ForecastMarks,
        forecast_plot,
        measured_coverage,
        node_events,
        node_history,
        write_picture,
    )
    from salescope.monitoring.forecast_words import FORECAST_WORDS

    level = str(told.forecast.loc[told.forecast["node"] == node, "level"].iloc[0])
    words = FORECAST_WORDS[workspace.language]
    figure = forecast_plot(
        told.forecast,
        history=node_history(told.panel, node),
        node=node,
        unit=workspace.currency if workspace.sales.measure == "money" else words["quantity"],
        marks=ForecastMarks(
            events=node_events(told.panel, node), coverage=measured_coverage(told.figures, level=level)
        ),
        language=workspace.language,
    )
    write_picture(figure, path)


def _published(settings: Workspace, told: SalesForecast, *, keep: int) -> Publication:
    from salescope.batch import ForecastEdition, publish_sales_forecast
    from salescope.store import open_store

    settings.state.mkdir(parents=True, exist_ok=True)
    versions = {} if told.version is None else {ModelName.SALES.value: told.version}
    edition = ForecastEdition(
        as_of=told.as_of,
        figures=told.figures,
        windows=told.windows,
        versions=versions,
        overrides=told.overrides,
        responses=told.responses,
    )
    with closing(open_store(settings.store_url)) as store:
        return publish_sales_forecast(settings, told.forecast, store=store, edition=edition, keep=keep)


def _document(told: SalesForecast, *, workspace: Workspace, published: Publication | None) -> dict[str, Any]:
    return {
        "publication": published and published.id,
        "version": told.version,
        "as_of": told.as_of.isoformat(),
        "frequency": workspace.sales.frequency,
        "horizon": workspace.sales.horizon,
        "measure": workspace.sales.measure,
        "currency": workspace.currency if workspace.sales.measure == "money" else None,
        "measured": records(told.figures),
        "windows": records(told.windows),
        "overrides": [] if told.overrides is None else records(told.overrides),
        "notes": records(told.notes),
        "quarantined": told.quarantined,
    }


def _asked_for(frame: pd.DataFrame, *, node: str | None, level: str | None) -> pd.DataFrame:
    kept = frame
    for column, wanted in (("node", node), ("level", level)):
        if wanted is not None:
            accepted = tuple(dict.fromkeys(kept[column]))
            if wanted not in accepted:
                raise UnknownNameError(wanted, what=column, where="the forecast", accepted=accepted)
            kept = kept[kept[column] == wanted]
    return kept if node or level else frame[frame["node"] == frame["node"].iloc[0]]


def _shown(told: SalesForecast, *, rows: pd.DataFrame, workspace: Workspace) -> Iterator[object]:
    sales = workspace.sales
    unit = workspace.currency if sales.measure == "money" else "pieces"
    bands = [f"#{level} %" for level in sales.levels]
    lines = []
    for row in rows.to_dict("records"):
        held = [f"{row[f'lo_{level}']:,.0f} – {row[f'hi_{level}']:,.0f}" for level in sales.levels]
        sold = (f"{row['mean']:,.0f}", *held, f"{row['baseline']:,.0f}")
        lines.append((plain(row["node"]), f"{row['date']:%Y-%m-%d}", *sold))
    columns = ["node", sales.frequency, f"#sales, {unit}", *bands, "#baseline"]
    yield table("Sales to come", columns=columns, rows=lines)
    if len(told.figures):
        yield figure_table(told.figures, levels=sales.levels)
    yield measured_in(told.windows, horizon=sales.horizon, frequency=sales.frequency)
    yield from (f"[dim]{plain(detail)}[/]" for detail in told.notes["detail"])
    if told.quarantined:
        yield f"{told.quarantined:,} rows quarantined."


def measured_in(windows: pd.DataFrame, *, horizon: int, frequency: str) -> str:
    """Says in how much of the past it was measured how often intervals hold.

    Parameters
    ----------
    windows : DataFrame, shape (n_windows, 3)
        As in `SalesForecast`.
    horizon : int
        Periods of a whole window.
    frequency : str
        The periods, as "month".

    Returns
    -------
    str
        For people; a warning where it was one window.

    Examples
    --------
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"window": [1], "cutoff": [pd.Timestamp("2026-01-01")], "periods": [6]})
    >>> measured_in(windows, horizon=12, frequency="month")
    '[yellow]Measured in one window of the past only, 6 of 12 months long: that says little of the intervals.[/]'
    """
    if not len(windows):
        return "[yellow]History is too short to measure how often the intervals hold.[/]"
    seen, most = int(windows["periods"].max()), f"{horizon:,} {frequency}s"
    long = most if seen >= horizon else f"{seen:,} of {most}"
    if len(windows) == 1:
        return f"[yellow]Measured in one window of the past only, {long} long: that says little of the intervals.[/]"
    return f"Measured in {len(windows)} windows of the past, up to {long} long."


def _written(out: Path | None, *, published: Publication | None) -> Iterator[object]:
    if out is not None:
        yield f"Every node in [bold]{out}[/]."
    if published is not None:
        yield f"Published as number {published.id}, {published.row_count:,} rows: /v1/forecasts answers from it."
