"""``salescope forecast``: the sales of every node in the periods to come, with intervals that were measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salescope.cli.backtest import HistoryOption, figure_table, records
from salescope.cli.output import JsonOption, WorkspaceOption, emit, moment_asked, plain, steps_shown, table
from salescope.frames.errors import UnknownNameError
from salescope.project import load_workspace

if TYPE_CHECKING:
    import pandas as pd

    from salescope.project import Workspace
    from salescope.training.sales import SalesForecast

__all__ = ["forecast"]


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
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Forecast the sales of every node, with intervals, and say how often these held in the past."""
    import pandas as pd

    from salescope.batch import write_scores
    from salescope.training.sales import forecast_sales

    settings = load_workspace(workspace)
    moment = None if as_of is None else pd.Timestamp(moment_asked(as_of))
    with steps_shown("forecast", quiet=as_json) as tell:
        told = forecast_sales(settings, as_of=moment, progress=tell)
    rows = _asked_for(told.forecast, node=node, level=level)
    if out is not None:
        write_scores(told.forecast, out)
    document = {
        "frequency": settings.sales.frequency,
        "horizon": settings.sales.horizon,
        "measure": settings.sales.measure,
        "currency": settings.currency if settings.sales.measure == "money" else None,
        "forecast": records(rows),
        "measured": records(told.figures),
        "notes": records(told.notes),
        "quarantined": told.quarantined,
        "file": None if out is None else str(out),
    }
    emit(document, as_json=as_json, people=_shown(told, rows=rows, workspace=settings, out=out))


def _asked_for(frame: pd.DataFrame, *, node: str | None, level: str | None) -> pd.DataFrame:
    kept = frame
    for column, wanted in (("node", node), ("level", level)):
        if wanted is not None:
            accepted = tuple(dict.fromkeys(kept[column]))
            if wanted not in accepted:
                raise UnknownNameError(wanted, what=column, where="the forecast", accepted=accepted)
            kept = kept[kept[column] == wanted]
    return kept if node or level else frame[frame["node"] == frame["node"].iloc[0]]


def _shown(told: SalesForecast, *, rows: pd.DataFrame, workspace: Workspace, out: Path | None) -> Iterator[object]:
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
    else:
        yield "History is too short to measure how often the intervals hold."
    yield from (f"[dim]{plain(detail)}[/]" for detail in told.notes["detail"])
    if told.quarantined:
        yield f"{told.quarantined:,} rows quarantined."
    if out is not None:
        yield f"Every node in [bold]{out}[/]."
