"""Targets to spreadsheets and back: commands of ``salescope targets``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salescope.cli.output import JsonOption, WorkspaceOption, emit
from salescope.cli.targets_asked import (
    AnewOption,
    FirstOption,
    MonthsOption,
    TargetsOption,
    agreed_plan,
    agreed_rows,
    facts_asked,
)
from salescope.cli.targets_shown import goal_lines
from salescope.cli.targets_told import about, files, write_sheet
from salescope.frames.errors import OutcomeError
from salescope.project import load_workspace

if TYPE_CHECKING:
    from salescope.batch import PlanFacts
    from salescope.planning import TargetPlan
    from salescope.project import Workspace

__all__ = ["export", "import_"]

ReasonOption = Annotated[str, typer.Option(help="Why, where a row has no reason of its own.")]
PlaceOption = Annotated[
    Path | None, typer.Option("--out", help="Where the targets go; the file of the table 'targets' by default.")
]


def export(
    path: Annotated[Path, typer.Argument(help="The .csv or .xlsx that is written.")],
    *,
    targets: TargetsOption = None,
    first: FirstOption = None,
    months: MonthsOption = None,
    anew: AnewOption = False,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Write the targets of every node and period for a spreadsheet, with last year, growth and chance."""
    from salescope.batch import plan_sheet

    settings = load_workspace(workspace)
    facts = facts_asked(settings, anew=anew, first=first, months=months, quiet=as_json)
    sheet = plan_sheet(agreed_plan(settings, facts, path=targets))
    people = write_sheet(sheet, path)
    emit({**about(settings, facts), "rows": len(sheet), **files(path)}, as_json=as_json, people=people)


def import_(
    path: Annotated[Path, typer.Argument(help="The .csv or .xlsx that people have changed.")],
    *,
    reason: Annotated[
        str, typer.Option(help="Why, where a row has no reason of its own.")
    ] = "changed in a spreadsheet",
    first: FirstOption = None,
    months: MonthsOption = None,
    anew: AnewOption = False,
    out: PlaceOption = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Take targets over from a spreadsheet: what was changed is kept, the rest moves least, and all sums are exact."""
    from salescope.batch import plan_of_targets, revised_plan, target_rows

    settings = load_workspace(workspace)
    facts = facts_asked(settings, anew=anew, first=first, months=months, quiet=as_json)
    agreed = agreed_rows(settings, facts.futures.grid, path=path)
    before = _before(settings, facts) or plan_of_targets(agreed, facts)
    plan = revised_plan(before, agreed, said=reason)
    changed = [rule.said for rule in plan.cascade.rules if rule.kind == "override"]
    place = out or _place(settings)
    written = write_sheet(target_rows(plan), place)
    document = {**about(settings, facts), "amount": plan.amount, "changed": changed, **files(place)}
    emit(document, as_json=as_json, people=[*goal_lines(plan, unit=settings.currency), *changed, *written])


def _before(settings: Workspace, facts: PlanFacts) -> TargetPlan | None:
    """Finds the plan that people have changed; None where there is none yet, or it was of other months."""
    table = settings.tables.get("targets")
    if table is None or not (table.path is None or Path(table.path).is_file()):
        return None
    try:
        return agreed_plan(settings, facts, path=None)
    except OutcomeError:
        return None


def _place(settings: Workspace) -> Path:
    table = settings.tables.get("targets")
    return settings.path / "targets.csv" if table is None or table.path is None else Path(table.path)
