"""How ``salescope targets`` shows plans, chances, re-plans, scenarios and fairness to people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from salescope.cli.output import plain, table
from salescope.frames.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from salescope.batch import PlanFacts
    from salescope.planning import Replan, TargetPlan

__all__ = [
    "chance_table",
    "effect_table",
    "fairness_table",
    "goal_lines",
    "longest",
    "newcomer_lines",
    "padding_table",
    "plan_table",
    "re_plan_lines",
    "shown_nodes",
]

MOST_SHOWN = 60
MOST_NAMED = 5
_NO_CHANGE = 0.0005


def shown_nodes(facts: PlanFacts, *, level: str | None) -> list[str]:
    """Names the total and every node of a level, the first one by default."""
    levels = facts.levels
    if level is not None and level not in levels:
        raise UnknownNameError(level, what="level", where="the plan", accepted=levels)
    depth = 1 + (levels.index(level) if level is not None else 0)
    nodes = facts.futures.grid.nodes
    return [nodes[0], *_of_depth(facts, depth)]


def _of_depth(facts: PlanFacts, depth: int) -> list[str]:
    names = facts.levels[:depth]
    labels = facts.keys[names[0]].map(lambda value: f"{names[0]}={value}")
    for name in names[1:]:
        labels = labels + "/" + facts.keys[name].map(lambda value, name=name: f"{name}={value}")
    return sorted(set(labels))


def goal_lines(plan: TargetPlan, *, unit: str) -> Iterator[str]:
    """Says the goal in all three ways."""
    growth = "" if plan.growth is None else f", {_change(plan.growth)} against last year"
    months = plan.futures.grid.months
    yield (
        f"The goal of {months[0]} to {months[-1]} is [bold]{plan.amount:,.2f} {unit}[/]{growth}; "
        f"it is reached with a chance of [bold]{plan.probability:.0%}[/]."
    )
    if plan.futures.closed:
        sold = plan.futures.paths[0, :, : plan.futures.closed].sum()
        yield f"{plan.futures.closed} of its months are over: {sold:,.2f} {unit} were sold."


def newcomer_lines(facts: PlanFacts) -> Iterator[str]:
    """Says which representatives are ramping up, the least trained first."""
    found = facts.newcomers.sort_values("mean", kind="stable")
    months = facts.futures.grid.months
    for row in found.head(MOST_NAMED).to_dict("records"):
        yield (
            f"{plain(row['rep_id'])} is ramping up, and bears less: {row['first']:.0%} in {months[0]} and "
            f"{row['last']:.0%} in {months[-1]} of what the trained bring."
        )
    if len(found) > MOST_NAMED:
        yield f"So are {len(found) - MOST_NAMED:,} other representatives; --json names them all."


def plan_table(sheet: pd.DataFrame, *, nodes: Sequence[str], unit: str) -> Table:
    """Lays out the targets of the whole plan."""
    part = sheet[(sheet["period"] == "plan") & sheet["node"].isin(nodes)]
    rows: list[tuple[str, ...]] = [
        (
            plain(row["node"]),
            f"{row['target']:,.2f}",
            f"{row['last_year']:,.2f}",
            _change(row["growth"]),
            f"{row['chance']:.0%}",
            _change(row["moved"]),
            plain(row["reason"]),
        )
        for row in part.head(MOST_SHOWN).to_dict("records")
    ]
    columns = ["node", f"#target, {unit}", "#last year", "#growth", "#chance", "#off fair share", "reason"]
    if not part["reason"].any():
        # Where nobody gave a reason, its room is the names'.
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return _unbroken(table(_titled("Targets", len(part)), columns=columns, rows=rows))


def padding_table(padding: pd.DataFrame, *, unit: str) -> Table:
    """Lays out what other goals would mean, and what it costs if everybody pads."""
    rows = [
        (
            f"{row['probability']:.0%}",
            f"{row['amount']:,.0f}",
            _change(row["growth"]),
            f"{row['sum_of_own']:,.0f}",
            f"{row['own_probability']:.0%}",
        )
        for row in padding.to_dict("records")
    ]
    columns = ["chance", f"#goal, {unit}", "#growth", "#sum of targets with it each", "#chance of that sum"]
    return _unbroken(table("Other goals, and what padding of every target makes of them", columns=columns, rows=rows))


def chance_table(told: pd.DataFrame, *, nodes: Sequence[str], unit: str) -> Table:
    """Lays out the chances of targets, those of the longest periods of each node."""
    part = longest(told, nodes=nodes)
    rows = [
        (
            plain(row["node"]),
            row["period"],
            f"{row['target']:,.2f}",
            f"{row['sold']:,.2f}",
            f"{row['low']:,.0f} – {row['high']:,.0f}",
            _amount(row["run_rate"]),
            f"{row['probability']:.0%}",
        )
        for row in part.head(MOST_SHOWN).to_dict("records")
    ]
    columns = ["node", "period", f"#target, {unit}", "#sold", "#80 % of futures", "#run rate", "#chance"]
    return _unbroken(table(_titled("Chances of the targets", len(part)), columns=columns, rows=rows))


def longest(told: pd.DataFrame, *, nodes: Sequence[str]) -> pd.DataFrame:
    """Keeps of each node the targets of its longest kind of period: plan, year, quarter or month."""
    part = told[told["node"].isin(nodes)]
    if part.empty:
        part = told
    kinds = part["period"].map(lambda period: 3 if period == "plan" else 2 if len(period) == 4 else "Q" in period)
    kinds = kinds.astype(int)
    return part[kinds == kinds.groupby(part["node"]).transform("max")]


def re_plan_lines(found: Replan, moved: pd.DataFrame, *, unit: str) -> Iterator[object]:
    """Says what set a re-plan off, and lays out what would move."""
    for trigger in found.triggers:
        yield plain(trigger.reason[:1].upper() + trigger.reason[1:] + ".")
    if found.status == "unchanged":
        yield "No target would move." if found.triggers else "Every chance is inside its band: no target would move."
        return
    whole = moved[moved["period"] == "plan"]
    rows = [
        (
            plain(row["node"]),
            f"{row['old']:,.2f}",
            f"{row['new']:,.2f}",
            f"{row['change']:+,.2f}".replace("-", "−"),
            f"{row['old_probability']:.0%}",
            f"{row['new_probability']:.0%}",
            plain(row["reason"]),
        )
        for row in whole.head(MOST_SHOWN).to_dict("records")
    ]
    columns = ["node", f"#now, {unit}", "#proposed", "#change", "#chance now", "#chance then", "reason"]
    yield _unbroken(table(_titled("Proposed targets, for a person to approve", len(whole)), columns=columns, rows=rows))
    cost = f"The company goal is lowered by {found.goal_cost / 100:,.2f} {unit}." if found.goal_cost else ""
    yield cost or "The company goal stays."
    if found.outside:
        yield f"[yellow]Outside of the band all the same: {plain(', '.join(found.outside))}.[/]"


def effect_table(told: pd.DataFrame, *, nodes: Sequence[str], unit: str) -> Table:
    """Lays out what scenarios do to chances."""
    part = told[told["node"].isin(nodes)]
    rows = [
        (
            plain(row["scenario"]),
            plain(row["node"]),
            f"{row['sales']:+,.0f}".replace("-", "−"),
            f"{row['before']:.0%}",
            f"{row['after']:.0%}",
            f"{round(100 * row['effect']):+d} ± {196 * row['error']:.0f}".replace("-", "−"),
        )
        for row in part.head(MOST_SHOWN).to_dict("records")
    ]
    columns = ["scenario", "node", f"#sales, {unit}", "#chance", "#chance then", "#points"]
    return _unbroken(table(_titled("What scenarios do to the chances", len(part)), columns=columns, rows=rows))


def fairness_table(groups: pd.DataFrame) -> Table:
    """Lays out how groups came off."""
    rows = [
        (
            row["kind"],
            plain(str(row["name"])),
            row["n"],
            f"{row['mean']:.0%}",
            f"{row['spread']:.0%}",
            f"{row['within']:.0%}",
        )
        for row in groups.head(MOST_SHOWN).to_dict("records")
    ]
    columns = ["kind", "group", "#targets", "#mean chance", "#spread", "#near"]
    return _unbroken(table("Fairness of the targets", columns=columns, rows=rows))


def _unbroken(laid: Table) -> Table:
    """Keeps every number on one line, however narrow the screen; names fold, and headings break between words."""
    for column in laid.columns:
        if column.justify == "right":
            cells = [str(cell) for cell in column.cells]
            words = [word for text in (str(column.header), *cells) for word in text.split()]
            column.width = max(map(len, words), default=1)
            if any(" " in cell for cell in cells):
                # A range or an error breaks after its sign.
                column.width += len(" –")
    return laid


def _titled(title: str, count: int) -> str:
    return title if count <= MOST_SHOWN else f"{title}: the first {MOST_SHOWN} of {count:,}; --out has all"


def _amount(value: float) -> str:
    return "–" if value != value else f"{value:,.0f}"  # noqa: PLR0124 - the test for NaN


def _change(share: float) -> str:
    if share != share:  # noqa: PLR0124 - the test for NaN
        return "–"
    return "0.0%" if abs(share) < _NO_CHANGE else f"{share:+.1%}".replace("-", "−")
