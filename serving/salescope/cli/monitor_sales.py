"""``salescope monitor sales``: published forecasts against what was sold, people's numbers against the machine's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from salescope.cli.backtest import figure_table, records
from salescope.cli.output import emit, plain, table
from salescope.project import Workspace

if TYPE_CHECKING:
    from salescope.training.sales_record import SalesRecord

__all__ = ["monitor_sales"]

LEVELS = (80, 95)


def monitor_sales(workspace: Workspace, *, as_json: bool) -> None:
    """Tells how right published forecasts were.

    Parameters
    ----------
    workspace : Workspace
        The settings.
    as_json : bool
        Whether a program reads.
    """
    from salescope.store import open_store
    from salescope.training.sales_record import sales_record

    workspace.state.mkdir(parents=True, exist_ok=True)
    with closing(open_store(workspace.store_url)) as store:
        record = sales_record(workspace, store=store)
    document = {name: records(getattr(record, name)) for name in ("editions", "figures", "overrides")}
    emit(document, as_json=as_json, people=_told(record))


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
