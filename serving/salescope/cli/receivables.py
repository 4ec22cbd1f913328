"""``salescope receivables``: what customers owe, how old it has become, and whom to call about it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.output import JsonOption, MomentOption, WorkspaceOption, emit, moment_asked, plain, table
from salescope.project import load_workspace

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from salescope.batch import Receivables

__all__ = ["receivables"]

FIGURES = {
    "days_sales_outstanding": "days sales outstanding",
    "best_possible": "best possible, nothing overdue",
    "average_days_delinquent": "average days delinquent",
    "count_back": "days sales outstanding, counted back",
}
MONEY = {
    "receivables": "owed, credit notes taken off",
    "overdue": "of it overdue",
    "credit_notes": "open credit notes",
    "credit_sales": "sales of the window",
}


def receivables(
    *,
    out: Annotated[
        Path | None, typer.Option(help=".csv, .xlsx, .parquet or .json; <workspace>/scores/ by default.")
    ] = None,
    as_of: MomentOption = None,
    window: Annotated[int, typer.Option(help="Days over which sales are summed.", min=1)] = 90,
    cut: Annotated[
        list[int] | None, typer.Option(help="Last day overdue of a bucket, several times; 30, 60 and 90 by default.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="en or zh; the workspace's by default.")] = None,
    top: Annotated[int, typer.Option(help="Customers to call that are shown.", min=0)] = 10,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Say how long the company waits for its money, how old it has become, and whom to call about which invoices."""
    from salescope.batch import LookedAt, collection_table, read_receivables, write_scores

    settings = load_workspace(workspace)
    moment = moment_asked(as_of)
    asked = LookedAt(as_of=moment, window=window, language=language)
    if cut:
        asked = LookedAt(as_of=moment, window=window, language=language, cuts=tuple(cut))
    told = read_receivables(settings, asked=asked)
    target = out or settings.path / "scores" / f"receivables-{moment:%Y-%m-%d}.csv"
    write_scores(collection_table(told.collection), target)
    document = {
        "as_of": moment.isoformat(),
        "currency": settings.currency,
        "version": told.published and told.published.version,
        **_document(told, top=top),
        "file": str(target),
    }
    emit(document, as_json=as_json, people=_shown(told, top=top, currency=settings.currency, target=target))


def _document(told: Receivables, *, top: int) -> dict[str, Any]:
    waits = told.outstanding
    figures = {name: getattr(waits, name) for name in (*FIGURES, *MONEY)}
    return {
        "window_days": waits.window_days,
        **{name: None if math.isnan(figure) else figure for name, figure in figures.items()},
        "ageing": _records(told.ageing.buckets),
        "debtors": _records(told.ageing.customers.head(top)),
        "calls": _records(told.collection.customers.head(top)),
        "customers_to_call": len(told.collection.customers),
        "invoices_listed": len(told.collection.invoices),
        "invoices_left_out": len(told.collection.left_out),
        "quarantined": told.quarantined,
        "remarks": list(told.remarks),
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    cells = frame.astype(object)
    return [
        {str(name): cell for name, cell in row.items()} for row in cells.where(frame.notna(), None).to_dict("records")
    ]


def _shown(told: Receivables, *, top: int, currency: str, target: Path) -> Iterator[object]:
    waits = told.outstanding
    rows = [(words, _days(getattr(waits, name)), "days") for name, words in FIGURES.items()]
    rows += [(words, f"{getattr(waits, name):,.0f}", currency) for name, words in MONEY.items()]
    yield table(f"Receivables, sales of {waits.window_days} days", columns=["figure", "#amount", "in"], rows=rows)
    yield _ageing(told, currency=currency)
    if len(told.collection.customers):
        yield _calls(told.collection.customers.head(top), currency=currency)
    listed, left = len(told.collection.invoices), len(told.collection.left_out)
    yield (
        f"{listed:,} open invoices to call about, {left:,} left out with the reason, "
        f"{told.quarantined:,} rows quarantined, in [bold]{target}[/]."
    )
    yield from (f"[dim]{plain(remark)}[/]" for remark in told.remarks)


def _days(figure: float) -> str:
    return "–" if math.isnan(figure) else f"{figure:.1f}"


def _ageing(told: Receivables, *, currency: str) -> Table:
    buckets = told.ageing.buckets
    shares = ["–" if math.isnan(share) else f"{share:.0%}" for share in buckets["share"]]
    names = [name.replace("_", " ") if name[0].isalpha() else name.replace("_", "–") for name in buckets["bucket"]]
    money = [f"{money:,.0f}" for money in buckets["money"]]
    rows = zip(names, buckets["invoices"], money, shares, strict=True)
    return table("By days overdue", columns=["days", "#invoices", f"#{currency}", "#share"], rows=rows)


def _calls(calls: pd.DataFrame, *, currency: str) -> Table:
    rows = [
        (row["customer_id"], row["invoices"], f"{row['amount']:,.0f}", f"{row['overdue']:,.0f}", f"{row['gain']:,.2f}",
         plain("; ".join(row["reasons"][1:-1])))
        for row in calls.to_dict("records")
    ]  # fmt: skip
    columns = ["customer", "#invoices", f"#owes, {currency}", "#overdue", f"#gain, {currency}", "why"]
    return table("Whom to call", columns=columns, rows=rows)
