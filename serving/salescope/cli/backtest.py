"""``salescope backtest``: how right forecasts of sales would have been in the past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.output import JsonOption, WorkspaceOption, emit, moment_asked, steps_shown, table
from salescope.project import load_workspace

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

__all__ = ["HistoryOption", "PlotOption", "backtest", "figure_table", "plot_line", "records"]

HistoryOption = Annotated[
    datetime | None,
    typer.Option("--as-of", help="Only earlier orders count: UTC, or with its offset; all orders by default."),
]
PlotOption = Annotated[
    Path | None, typer.Option("--plot", help="A picture of it, .svg or .png, in the workspace's language.")
]


def backtest(
    *,
    windows: Annotated[int, typer.Option(help="At most so many cutoffs in the past, a horizon apart.", min=1)] = 3,
    as_of: HistoryOption = None,
    out: Annotated[
        Path | None, typer.Option(help="A file for every point: .csv, .xlsx, .parquet or .json; none by default.")
    ] = None,
    plot: PlotOption = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Forecast sales from moments of the past and say how right that was, by level and window."""
    import pandas as pd

    from salescope.batch import write_scores
    from salescope.monitoring import backtest_plot, check_picture, write_picture
    from salescope.training.sales import backtest_sales

    if plot is not None:
        check_picture(plot)
    settings = load_workspace(workspace)
    moment = None if as_of is None else pd.Timestamp(moment_asked(as_of))
    with steps_shown("backtest", quiet=as_json) as tell:
        found = backtest_sales(settings, windows=windows, as_of=moment, progress=tell)
    if out is not None:
        write_scores(found.points, out)
    if plot is not None:
        write_picture(backtest_plot(found.figures, language=settings.language), plot)
    document = {
        "frequency": settings.sales.frequency,
        "horizon": settings.sales.horizon,
        "measure": settings.sales.measure,
        "figures": records(found.figures),
        "file": None if out is None else str(out),
        "plot": None if plot is None else str(plot),
    }
    people = [*_shown(found.figures, levels=settings.sales.levels, out=out), *plot_line(plot)]
    emit(document, as_json=as_json, people=people)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Lists rows as JSON knows them: nothing where a figure is not known.

    Parameters
    ----------
    frame : DataFrame
        Any rows.

    Returns
    -------
    list of dict
    """
    cells = frame.astype(object)
    return [
        {str(name): cell for name, cell in row.items()} for row in cells.where(frame.notna(), None).to_dict("records")
    ]


def plot_line(plot: Path | None) -> list[str]:
    """Says where a picture is, if one was drawn."""
    return [] if plot is None else [f"A picture of it in [bold]{plot}[/]."]


def figure_table(figures: pd.DataFrame, *, levels: tuple[int, ...]) -> Table:
    """Lays out the figures of a backtest for people.

    Parameters
    ----------
    figures : DataFrame
        As in `Backtest`.
    levels : tuple of int
        Prediction intervals, in percent.

    Returns
    -------
    rich.table.Table
    """
    rows = []
    for row in figures.to_dict("records"):
        held = [f"{row[f'coverage_{level}']:.0%} ({row[f'width_{level}']:.1f})" for level in levels]
        errors = (f"{row['mase']:.2f}", f"{row['wape']:.1%}", f"{row['bias']:+.1%}", f"{row['skill']:+.1%}")
        rows.append((row["window"] or "all", row["level"], row["nodes"], *errors, *held))
    bands = [f"#in {level} %" for level in levels]
    columns = ["cut", "level", "#n", "#mase", "#wape", "#bias", "#skill", *bands]
    return table("Forecasts of the past", columns=columns, rows=rows)


def _shown(figures: pd.DataFrame, *, levels: tuple[int, ...], out: Path | None) -> Iterator[object]:
    yield figure_table(figures, levels=levels)
    yield "Cut 1 is the newest; n counts nodes. Skill is the share of the baseline's mase that is saved."
    yield "Beside how often an interval held stands its width, in the scale of mase."
    if out is not None:
        yield f"Every point in [bold]{out}[/]."
