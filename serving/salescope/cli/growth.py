"""``salescope growth``: what customers of today and those to come are to bring, and how both grow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.backtest import HistoryOption, records
from salescope.cli.growth_words import WORDS
from salescope.cli.output import JsonOption, WorkspaceOption, emit, moment_asked, plain, steps_shown, table
from salescope.frames.languages import in_language
from salescope.project import load_workspace

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd
    from rich.table import Table

    from salescope.batch import Growth, SalesToCome
    from salescope.project import Workspace

__all__ = ["growth"]

Words = Mapping[str, str]
# What is left by rounding is no part of sales that is worth a column.
_LITTLE = 1e-9
_NO_CHANGE = 0.0005


def growth(
    *,
    as_of: HistoryOption = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forecast now, although a forecast is published; --as-of does as well.")
    ] = False,
    weigh: Annotated[
        bool, typer.Option("--weigh", help="Move the level towards what customers are expected to buy, by past errors.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help=".csv, .xlsx, .parquet or .json; <workspace>/scores/ by default.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="en or zh; the workspace's by default.")] = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Say what existing and new customers are to bring, in total and by region, and how both grow against last year."""
    from salescope.batch import read_growth, write_scores

    settings = load_workspace(workspace)
    words = in_language(WORDS, language or settings.language, where="growth")
    sales = None if anew or as_of is not None else _published(settings)
    sales = sales or _forecast(settings, as_of=as_of, quiet=as_json)
    told = read_growth(settings, sales=sales, weigh=weigh)
    target = out or settings.path / "scores" / f"growth-{sales.as_of:%Y-%m-%d}.csv"
    write_scores(told.parts, target)
    document = {**_document(told, sales=sales, workspace=settings), "file": str(target)}
    people = [*_shown(told, sales=sales, words={**words, "unit": settings.currency})]
    emit(document, as_json=as_json, people=[*people, words["file"].format(file=plain(str(target)))])


def _published(settings: Workspace) -> SalesToCome | None:
    from salescope.batch import published_sales
    from salescope.store import open_store

    settings.state.mkdir(parents=True, exist_ok=True)
    with closing(open_store(settings.store_url)) as store:
        return published_sales(settings, store=store)


def _forecast(settings: Workspace, *, as_of: datetime | None, quiet: bool) -> SalesToCome:
    import pandas as pd

    from salescope.batch import SalesToCome, total_error
    from salescope.training.sales import forecast_sales

    moment = None if as_of is None else pd.Timestamp(moment_asked(as_of))
    with steps_shown("forecast", quiet=quiet) as tell:
        told = forecast_sales(settings, as_of=moment, progress=tell)
    return SalesToCome(
        forecast=told.forecast,
        as_of=told.as_of,
        frequency=settings.sales.frequency,
        error=total_error(told.figures),
        cutoffs=tuple(told.windows["cutoff"]),
        version=told.version,
    )


def _document(told: Growth, *, sales: SalesToCome, workspace: Workspace) -> dict[str, Any]:
    return {
        "publication": sales.publication and sales.publication.id,
        "version": sales.version,
        "as_of": sales.as_of.isoformat(),
        "frequency": sales.frequency,
        "horizon": sales.horizon,
        "currency": workspace.currency,
        "error_forecast": sales.error,
        "error_customers": told.error_customers,
        "weight_of_customers": told.settings.trust,
        "moved": told.moved,
        "days_later": told.days_later,
        "sums": records(told.sums),
        "periods": records(told.parts),
    }


def _shown(told: Growth, *, sales: SalesToCome, words: Words) -> Iterator[object]:
    yield _sums(told, sales=sales, words=words)
    yield _periods(told, sales=sales, words=words)
    yield words["meaning"]
    yield _level(told, sales=sales, words=words)
    if told.days_later and sales.publication is not None:
        yield f"[yellow]{words['later'].format(days=told.days_later, day=f'{sales.as_of:%Y-%m-%d}')}[/]"


def _sums(told: Growth, *, sales: SalesToCome, words: Words) -> Table:
    names = ("mean", "existing", "growth_existing", "new", "growth_new", *_unnamed(told), "customers")
    rows = []
    for row in told.sums.to_dict("records"):
        node = words["total"] if row["node"] == "all" else plain(str(row["node"]).partition("=")[2])
        rows.append((node, *(_cell(row[name], name=name) for name in names)))
    first, period = sales.forecast["date"].min(), words[sales.frequency]
    title = words["sums"].format(count=sales.horizon, period=period, first=f"{first:%Y-%m-%d}")
    return table(title, columns=[words["node"], *_headings(names, words)], rows=rows)


def _periods(told: Growth, *, sales: SalesToCome, words: Words) -> Table:
    names = ("mean", "existing", "growth_existing", "new", "growth_new", *_unnamed(told), "customers")
    total = told.parts[told.parts["node"] == "all"]
    rows = [
        (f"{row['date']:%Y-%m-%d}", *(_cell(row[name], name=name) for name in names))
        for row in total.to_dict("records")
    ]
    return table(words["periods"], columns=[words[sales.frequency], *_headings(names, words)], rows=rows)


def _unnamed(told: Growth) -> tuple[str, ...]:
    """Names the column of sales without a customer where there are any."""
    sums: pd.DataFrame = told.sums
    return ("unnamed",) if (sums["unnamed"].abs() > _LITTLE * sums["mean"].abs()).any() else ()


def _headings(names: tuple[str, ...], words: Words) -> list[str]:
    return [words["growth" if name.startswith("growth_") else name].format_map(words) for name in names]


def _cell(value: float, *, name: str) -> str:
    if value != value:  # noqa: PLR0124 - the test for NaN
        return "–"
    return _change(value) if name.startswith("growth_") else f"{value:,.0f}"


def _change(share: float) -> str:
    return "0.0%" if abs(share) < _NO_CHANGE else f"{share:+.1%}".replace("-", "−")


def _level(told: Growth, *, sales: SalesToCome, words: Words) -> str:
    """Says whether the level was weighed against what customers are expected to buy, and if not, why."""
    weight, theirs = told.settings.trust, told.error_customers
    if theirs is None:
        return f"[yellow]{words['unmeasured' if sales.error is None else 'short']}[/]"
    measured = words["measured"].format(ours=sales.error, theirs=theirs)
    more = words["weighed"].format(weight=weight, moved=_change(told.moved)) if weight else words["kept"]
    return f"{measured}{more}"
