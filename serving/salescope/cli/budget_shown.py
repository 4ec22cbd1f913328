"""How ``salescope budget`` shows an allocation and a report of channels to people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from salescope.cli.output import plain, table

if TYPE_CHECKING:
    from rich.table import Table

    from salescope.batch import ChannelRecord, PromotionRecord
    from salescope.planning import Budget

__all__ = ["budget_lines", "channel_lines"]

_NO_CHANGE = 0.0005


def budget_lines(budget: Budget, *, record: PromotionRecord, unit: str) -> Iterator[object]:
    """Says the split, why each channel has what it has, what it is expected to bring, and what the pilot is."""
    yield (
        f"By {len(record.sales):,} whole weeks, {record.spend.index[0]:%Y-%m-%d} up to {record.end:%Y-%m-%d}, for "
        f"{budget.periods:,} weeks to come."
    )
    yield _split(budget, unit=unit)
    yield from _reasons(budget)
    gain, low, high = budget.gain
    yield (
        f"Against the present split of the same money the plan is expected to bring [bold]{_signed(gain)} {unit}[/] "
        f"of sales (90 %: {_signed(low)} to {_signed(high)})."
    )
    if low < 0.0:
        yield "[yellow]The interval holds 0: the present split may be just as good.[/]"
    if budget.pilot is not None:
        yield f"Pilot from the reserve: {plain(budget.pilot.said)}. A period is a week."
    if record.unpaid:
        yield f"[yellow]Left out, for nothing was paid for them: {plain(', '.join(record.unpaid))}.[/]"
    yield from _quarantined(record.quarantined)


def _reasons(budget: Budget) -> Iterator[str]:
    """Says why each channel has what it has; of those that care alone holds back, all at once."""
    held = []
    for place, row in enumerate(budget.table().to_dict("records")):
        limited = np.isclose(budget.spend[place], [budget.low[place], budget.high[place]]).any()
        if budget.careful and row["known"] and not limited:
            held.append(str(row["channel"]))
        else:
            yield f"[bold]{plain(str(row['channel']))}[/]: {plain(str(row['why']))}."
    if held:
        yield (
            f"{plain(', '.join(held))}: moved towards where one more brings most, but only as far as that is likely to "
            "pay; --sure 0 goes all the way."
        )


def channel_lines(record: ChannelRecord, *, unit: str) -> Iterator[object]:
    """Lays out what became of leads, and what it cost where spend is known."""
    yield _became(record)
    if record.report.table["spent"].notna().any():
        yield _cost(record, unit=unit)
    yield "Conversion is of leads that are won or lost; what an average costs does not say what one more would bring."
    if record.strangers:
        first = plain(record.strangers[0])
        yield (
            f"[yellow]No lead is from {plain(', '.join(record.strangers))}. If leads call it otherwise, say so: "
            f"--same 'its name in leads={first}'.[/]"
        )
    yield from _quarantined(record.quarantined)


def _split(budget: Budget, *, unit: str) -> Table:
    rows = [
        (
            plain(row["channel"]),
            f"{row['present']:,.0f}",
            f"{row['recommended']:,.0f}",
            _change(row["change"]),
            f"{row['marginal_return']:.2f}",
            f"{row['marginal_low']:.2f} – {row['marginal_high']:.2f}",
        )
        for row in budget.table().to_dict("records")
    ]
    present, then = float(budget.curves.present.sum()), float(budget.spend.sum())
    rows.append(("total", f"{present:,.0f}", f"{then:,.0f}", _change(then / present - 1.0), "", ""))
    if budget.pilot is not None:
        rows.append(("pilot", "", f"{budget.pilot.amount / budget.periods:,.0f}", "", "", ""))
    columns = ["channel", f"#now, {unit}", "#plan", "#change", "#one more brings", "#90 %"]
    return table("Promotion money a week", columns=columns, rows=rows)


def _became(record: ChannelRecord) -> Table:
    told = record.report.table
    covered = [name for name in ("regions", "customers") if told[f"{name}_covered"].notna().any()]
    rows = [
        (
            plain(row["channel"]),
            *(f"{row[name]:,}" for name in ("leads", "won", "open")),
            _between(row, "conversion", as_text=_share),
            *(_share(row[f"{name}_covered"]) for name in covered),
        )
        for row in told.to_dict("records")
    ]
    conversion = f"#conversion ({record.report.level:g} %)"
    columns = ["channel", "#leads", "#won", "#open", conversion, *(f"#{name}" for name in covered)]
    title = f"What became of leads, {record.first:%Y-%m-%d} up to {record.end:%Y-%m-%d}"
    return table(title, columns=columns, rows=rows)


def _cost(record: ChannelRecord, *, unit: str) -> Table:
    rows = [
        (
            plain(row["channel"]),
            _money(row["spent"]),
            _share(row["days_covered"]),
            _money(row["cost_per_lead"]),
            _between(row, "cost_per_won", as_text=_money),
            _between(row, "money_per_spend", as_text=_ratio),
        )
        for row in record.report.table.to_dict("records")
        if row["spent"] > 0.0
    ]
    level = f"({record.report.level:g} %)"
    columns = ["channel", "#spent", "#days", "#a lead", f"#a won lead {level}", f"#back {level}"]
    return table(f"What it cost, {unit}", columns=columns, rows=rows)


def _quarantined(count: int) -> Iterator[str]:
    if count:
        yield f"[yellow]{count:,} rows quarantined.[/]"


def _between(row: Mapping[Any, Any], name: str, *, as_text: Callable[[float], str]) -> str:
    """Writes a figure with the ends of its interval."""
    if math.isnan(row[name]):
        return "–"
    return f"{as_text(row[name])} ({as_text(row[f'{name}_low'])}–{as_text(row[f'{name}_high'])})"


def _money(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:,.0f}"


def _ratio(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1f}"


def _share(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0%}"


def _signed(amount: float) -> str:
    return f"{amount:+,.0f}".replace("-", "−")


def _change(share: float) -> str:
    if math.isnan(share):
        return "–"
    return "0.0%" if abs(share) < _NO_CHANGE else f"{share:+.1%}".replace("-", "−")
