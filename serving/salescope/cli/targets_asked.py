"""What ``salescope targets`` is asked: futures to judge by, targets that were agreed, goals, rules and scenarios."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.output import moment_asked, plain, remark, steps_shown
from salescope.frames.errors import (
    MissingColumnError,
    OutcomeError,
    OutOfRangeError,
    SalescopeError,
    UnknownNameError,
)

if TYPE_CHECKING:
    import pandas as pd

    from salescope.batch import AgreedTargets, PlanFacts
    from salescope.planning import AnyScenario, Goal, PlanGrid, Rule, TargetPlan
    from salescope.project import Workspace

__all__ = [
    "AnewOption",
    "FirstOption",
    "LevelOption",
    "MonthsOption",
    "OutOption",
    "TargetsOption",
    "agreed_plan",
    "agreed_rows",
    "facts_asked",
    "goal_asked",
    "rules_asked",
    "scenarios_asked",
]

TargetsOption = Annotated[
    Path | None,
    typer.Option("--targets", help="A .csv or .xlsx of node, period and amount; the table 'targets' by default."),
]
AnewOption = Annotated[
    bool, typer.Option("--anew", help="Forecast now, although futures are published; --as-of does as well.")
]
LevelOption = Annotated[
    str | None, typer.Option("--level", help="Show every node of this level, as rep_id; the first level by default.")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="A .csv or .xlsx of every node and period.")]
FirstOption = Annotated[
    str | None, typer.Option("--from", help="The first month of the plan, as 2027-01; months that are over count.")
]
MonthsOption = Annotated[
    int | None, typer.Option("--months", help="Months of the plan; as many as are forecast by default.", min=1, max=12)
]
BOUNDS = {"lock": "amount", "override": "amount", "floor": "amount", "cap": "amount", "growth": "least"}
LIKELY = 0.6


def facts_asked(
    settings: Workspace,
    *,
    anew: bool = False,
    as_of: datetime | None = None,
    first: str | None = None,
    months: int | None = None,
    quiet: bool = False,
) -> PlanFacts:
    """Reads the futures that are published, or forecasts them where they are not, or others are asked for."""
    if not (anew or as_of or first or months):
        found = _published(settings)
        if found is not None:
            return found
    import pandas as pd

    from salescope.batch import plan_facts
    from salescope.training.sales import forecast_sales

    moment = None if as_of is None else pd.Timestamp(moment_asked(as_of))
    with steps_shown("forecast", quiet=quiet) as tell:
        told = forecast_sales(settings, as_of=moment, progress=tell)
    assert told.fitted is not None  # noqa: S101 - a forecast that was made now has it
    asked = min(12, settings.sales.horizon) if months is None else months
    return plan_facts(settings, told.fitted, as_of=told.as_of, first=first, months=asked, version=told.version)


def goal_asked(*, amount: float | None, growth: float | None, probability: float | None) -> Goal:
    """Makes the one goal that was given; without any, the amount that is reached with 60 %."""
    from salescope.planning import Goal

    given = {"--amount": amount, "--growth": growth, "--probability": probability}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        said = f"{' and '.join(named)} say one goal in several ways: give one of them."
        raise typer.BadParameter(said)
    if amount is not None:
        return Goal.amount(amount)
    return (
        Goal.growth(growth) if growth is not None else Goal.probability(LIKELY if probability is None else probability)
    )


def rules_asked(path: Path | None, *, facts: PlanFacts) -> list[Rule]:
    """Reads locks, overrides, bounds of growth, floors and caps from a file."""
    if path is None:
        return []
    from salescope.sources import read_export

    table = read_export(path)
    missing = [name for name in ("kind", "node") if name not in table]
    if missing:
        raise MissingColumnError(missing, where=path.name, present=[str(name) for name in table])
    return [_rule({str(name): cell for name, cell in row.items()}, facts=facts) for row in table.to_dict("records")]


def _rule(row: dict[str, Any], *, facts: PlanFacts) -> Rule:
    from salescope.planning import WHOLE, Rule

    kind, node, period = str(row["kind"]), str(row["node"]), _text(row.get("period")) or WHOLE
    if kind not in BOUNDS:
        raise UnknownNameError(kind, what="kind", where="a file of rules", accepted=tuple(BOUNDS))
    if kind == "growth":
        cells = facts.futures.grid.cells(node, period)
        last = max(round(float(facts.last.ravel()[cells].sum()) * 100.0), 0)
        return Rule.growth(node, last=last, least=_number(row, "least"), most=_number(row, "most"), period=period)
    cents, reason = round(_number(row, "amount") * 100.0), _text(row.get("reason"))
    if kind in {"floor", "cap"}:
        return (Rule.floor if kind == "floor" else Rule.cap)(node, cents=cents, period=period)
    return (Rule.lock if kind == "lock" else Rule.override)(node, cents=cents, period=period, reason=reason)


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _number(row: dict[str, Any], name: str) -> float:
    cell = row.get(name)
    try:
        number = float(cell or "")
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        where = f"the rule {row['kind']!r} of {row['node']!r}"
        raise OutOfRangeError("" if cell is None else cell, name=name, where=where, least="a number")
    return number


def scenarios_asked(wanted: Sequence[str]) -> list[AnyScenario]:
    """Reads scenarios as ``demand change=-0.1 node=region=North``; by default demand a tenth lower."""
    return [_scenario(said) for said in wanted or ("demand change=-0.1",)]


def _scenario(said: str) -> AnyScenario:
    from salescope.planning import scenario_of

    try:
        kind, *given = shlex.split(said)
        pairs = [each.partition("=") for each in given]
        return scenario_of({"kind": kind, **{name: _value(value) for name, _, value in pairs}})
    except (TypeError, ValueError) as error:
        # What a scenario refuses by itself says what is accepted.
        if isinstance(error, SalescopeError):
            raise
        least = "a kind and its numbers, as 'demand change=-0.1'"
        raise OutOfRangeError(said, name="--if", where="a scenario", least=least) from None


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def agreed_rows(settings: Workspace, grid: PlanGrid, *, path: Path | None) -> AgreedTargets:
    """Reads targets from a file or from the workspace's table, and says what the plan does not know."""
    from salescope.batch import agreed_targets

    agreed = agreed_targets(_table(settings, path), grid)
    if len(agreed.passed):
        node, period = agreed.passed["node"].iloc[0], agreed.passed["period"].iloc[0]
        others = f"{len(agreed.passed):,} targets of other nodes or periods were passed over, as {node} in {period}."
        remark(f"[yellow]{plain(others)}[/]")
    if not len(agreed.rows):
        problem = f"There is no target from {grid.months[0]} to {grid.months[-1]} of a node of the tree"
        raise OutcomeError(problem, remedy="Give the plan's own months with --from and --months, or other targets.")
    return agreed


def _table(settings: Workspace, path: Path | None) -> pd.DataFrame:
    from salescope.sources import read_export, read_table

    if path is not None:
        return read_export(path)
    if "targets" not in settings.tables:
        remedy = "Give --targets FILE, or map the table 'targets' in salescope.yaml; recommend --out makes one."
        raise OutcomeError("There are no targets", remedy=remedy)
    return read_table(settings, "targets").frame


def agreed_plan(settings: Workspace, facts: PlanFacts, *, path: Path | None) -> TargetPlan:
    """Makes a plan of the targets that were agreed."""
    from salescope.batch import plan_of_targets

    return plan_of_targets(agreed_rows(settings, facts.futures.grid, path=path), facts)


def _published(settings: Workspace) -> PlanFacts | None:
    from salescope.batch import published_plan_facts
    from salescope.store import open_store

    settings.state.mkdir(parents=True, exist_ok=True)
    with closing(open_store(settings.store_url)) as store:
        return published_plan_facts(store)
