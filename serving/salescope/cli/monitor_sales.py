"""``salescope monitor sales``: published forecasts against what was sold, people's numbers against the machine's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from salescope.cli.backtest import figure_table, records
from salescope.cli.output import emit, plain, table
from salescope.project import Workspace

if TYPE_CHECKING:
    from salescope.training.sales_record import SalesRecord

__all__ = ["monitor_sales"]

LEVELS = (80, 95)


def monitor_sales(workspace: Workspace, *, since: datetime | None, out: Path | None, as_json: bool) -> None:
    """Tells how right published forecasts were.

    Parameters
    ----------
    workspace : Workspace
        The settings.
    since : datetime or None
        Only what was published of this instant or later, aware; None for all.
    out : Path or None
        Where the figures are drawn, as .svg or .png; None for nowhere.
    as_json : bool
        Whether a program reads.
    """
    from salescope.store import open_store
    from salescope.training.sales_record import sales_record

    workspace.state.mkdir(parents=True, exist_ok=True)
    with closing(open_store(workspace.store_url)) as store:
        record = sales_record(workspace, store=store, since=since)
    drawn = None if out is None or record.figures.empty else _drawn(record, path=out, language=workspace.language)
    document = {name: records(getattr(record, name)) for name in ("editions", "figures", "overrides")}
    emit({**document, "page": drawn}, as_json=as_json, people=chain(_told(record), _where(drawn)))


def _drawn(record: SalesRecord, *, path: Path, language: str) -> str:
    from salescope.monitoring import backtest_plot, write_picture

    write_picture(backtest_plot(record.figures, language=language), path)
    return str(path)


def _where(drawn: str | None) -> Iterator[object]:
    if drawn is not None:
        yield f"Drawn in [bold]{drawn}[/]."


def _told(record: SalesRecord) -> Iterator[object]:
    if record.figures.empty:
        yield "Nothing to judge yet: no published period has passed. `salescope forecast` publishes."
        return
    rows = [
        (row["window"], f"{row['cutoff']:%Y-%m-%d}", row["publication"], row["periods"])
        for row in record.editions.to_dict("records")
    ]
    yield table("Published forecasts", columns=["#cut", "first period", "#publication", "#periods passed"], rows=rows)
    yield figure_table(record.figures, levels=LEVELS)
    if not record.overrides.empty:
        names = ("wape_machine", "wape_override", "value_added", "improved")
        lines = [
            (row["by"], plain(row["name"]), row["judged"], *(_share(row[name]) for name in names))
            for row in record.overrides.to_dict("records")
        ]
        columns = ["by", "name", "#judged", "#machine off by", "#people off by", "#value added", "#nearer"]
        yield table("People's numbers", columns=columns, rows=lines)


def _share(value: float) -> str:
    return "–" if value != value else f"{value:.1%}"  # noqa: PLR0124 - the test for NaN
