"""``salescope split``: how much of the forecast comes from the customers of today, and how much from those to come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salescope.cli.backtest import HistoryOption, records
from salescope.cli.output import JsonOption, WorkspaceOption, emit, moment_asked, plain, steps_shown, table
from salescope.frames.errors import SettingsError
from salescope.project import load_workspace

if TYPE_CHECKING:
    import pandas as pd

    from salescope.project import Workspace

__all__ = ["split"]


def split(
    *,
    as_of: HistoryOption = None,
    out: Annotated[
        Path | None, typer.Option(help="A file for every period: .csv, .xlsx, .parquet or .json; none by default.")
    ] = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Split the forecast of the total and of regions into sales of existing and of new customers, with growth."""
    import pandas as pd

    from salescope.batch import write_scores
    from salescope.batch.new_and_existing import split_of_workspace
    from salescope.forecasting.new_and_existing import SplitSettings
    from salescope.training.sales import forecast_sales

    settings = load_workspace(workspace)
    if settings.sales.measure != "money":
        fault = (
            f"'sales.measure' is {settings.sales.measure}, and customers are expected to bring money; set it to money"
        )
        raise SettingsError(fault, place="salescope.yaml")
    moment = None if as_of is None else pd.Timestamp(moment_asked(as_of))
    with steps_shown("forecast", quiet=as_json) as tell:
        told = forecast_sales(settings, as_of=moment, progress=tell)
    how = SplitSettings(as_of=told.as_of, frequency=settings.sales.frequency)
    parts = split_of_workspace(settings, forecast=told.forecast, settings=how)
    if out is not None:
        write_scores(parts, out)
    document = {
        "as_of": told.as_of.isoformat(),
        "frequency": settings.sales.frequency,
        "currency": settings.currency,
        "version": told.version,
        "split": records(parts),
        "file": None if out is None else str(out),
    }
    emit(document, as_json=as_json, people=_shown(parts, workspace=settings, out=out))


def _shown(parts: pd.DataFrame, *, workspace: Workspace, out: Path | None) -> Iterator[object]:
    total = parts[parts["node"] == parts["node"].iloc[0]]
    money = ("mean", "existing", "new", "unnamed")
    rows = [
        (f"{row['date']:%Y-%m-%d}", *(f"{row[name]:,.0f}" for name in money), f"{row['customers']:,.0f}",
         _share(row["growth_existing"]), _share(row["growth_new"]))
        for row in total.to_dict("records")
    ]  # fmt: skip
    columns = [workspace.sales.frequency, f"#sales, {workspace.currency}", "#existing", "#new", "#unnamed"]
    columns += ["#newcomers", "#growth of existing", "#growth of new"]
    yield table("Sales of customers of today and of those to come", columns=columns, rows=rows)
    regions = parts[parts["node"] != parts["node"].iloc[0]].groupby("node", sort=False)[[*money]].sum()
    if len(regions):
        lines = [(plain(node), *(f"{row[name]:,.0f}" for name in money)) for node, row in regions.iterrows()]
        columns = ["region", f"#sales, {workspace.currency}", "#existing", "#new", "#unnamed"]
        yield table("All periods together", columns=columns, rows=lines)
    yield "Growth is against the same period a year before, split as it was then."
    if out is not None:
        yield f"Every period in [bold]{out}[/]."


def _share(growth: float) -> str:
    return "–" if growth != growth else f"{growth:+.1%}"  # noqa: PLR0124 - the test for NaN
