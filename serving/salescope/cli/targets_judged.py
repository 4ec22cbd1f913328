"""How likely targets are, what would change them, and whether they are fair: commands of ``salescope targets``."""

from __future__ import annotations

from typing import Annotated

import typer

from salescope.cli.backtest import HistoryOption, PlotOption, plot_line, records
from salescope.cli.output import JsonOption, WorkspaceOption, emit
from salescope.cli.targets_asked import (
    AnewOption,
    FirstOption,
    LevelOption,
    MonthsOption,
    OutOption,
    TargetsOption,
    agreed_plan,
    agreed_rows,
    facts_asked,
    scenarios_asked,
)
from salescope.cli.targets_shown import chance_table, effect_table, fairness_table, longest, re_plan_lines, shown_nodes
from salescope.cli.targets_told import about, check_plot, draw, files, known_until, write_sheet
from salescope.project import load_workspace

__all__ = ["attainment", "fairness", "re_plan", "scenario"]

LowOption = Annotated[float, typer.Option(help="A chance under it calls for a re-plan.", min=0, max=1)]
HighOption = Annotated[float, typer.Option(help="A chance above it calls for a re-plan.", min=0, max=1)]
LowerOption = Annotated[bool, typer.Option("--may-lower", help="The company goal may be lowered.")]
SupposeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--if", help="What is supposed, as 'demand change=-0.1' or 'price change=0.03 elasticity=-1.5'; repeatable."
    ),
]


def attainment(
    *,
    targets: TargetsOption = None,
    first: FirstOption = None,
    months: MonthsOption = None,
    as_of: HistoryOption = None,
    anew: AnewOption = False,
    level: LevelOption = None,
    out: OutOption = None,
    plot: PlotOption = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Say how likely targets are to be reached, as of what has been sold, beside the run-rate rule."""
    from salescope.batch import chances

    check_plot(plot)
    settings = load_workspace(workspace)
    facts = facts_asked(settings, anew=anew, as_of=as_of, first=first, months=months, quiet=as_json)
    agreed = agreed_rows(settings, facts.futures.grid, path=targets)
    found = chances(facts, agreed.rows)
    told = found.assign(cents=found["cents"] / 100.0).rename(columns={"cents": "target"})
    written = [*known_until(facts), *write_sheet(told, out)]
    nodes = shown_nodes(facts, level=level)
    if plot is not None:
        from salescope.monitoring.target_plots import chance_plot

        draw(chance_plot(longest(told, nodes=nodes), unit=settings.currency, language=settings.language), plot)
    document = {**about(settings, facts), "chances": records(told), **files(out, plot=plot)}
    people = [chance_table(told, nodes=nodes, unit=settings.currency), *written, *plot_line(plot)]
    emit(document, as_json=as_json, people=people)


def re_plan(
    *,
    targets: TargetsOption = None,
    low: LowOption = 0.2,
    high: HighOption = 0.9,
    may_lower: LowerOption = False,
    first: FirstOption = None,
    months: MonthsOption = None,
    as_of: HistoryOption = None,
    anew: AnewOption = False,
    out: OutOption = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Propose the smallest change of open targets that brings chances back into their band."""
    from salescope.planning import re_plan as proposed

    settings = load_workspace(workspace)
    facts = facts_asked(settings, anew=anew, as_of=as_of, first=first, months=months, quiet=as_json)
    plan = agreed_plan(settings, facts, path=targets)
    band = dict.fromkeys(shown_nodes(facts, level=None), (low, high))
    found = proposed(plan, futures=facts.futures, band=band, may_lower=may_lower)
    table = found.table()
    money = {name: table[f"{name}_cents"] / 100.0 for name in ("old", "new", "change")}
    told = table.assign(**money)[
        ["node", "period", "old", "new", "change", "old_probability", "new_probability", "reason"]
    ]
    written = [*known_until(facts), *write_sheet(told, out)]
    moved = told[told["reason"] != ""]
    document = {
        **about(settings, facts),
        **{name: value for name, value in found.as_dict().items() if name in {"status", "triggers", "goal", "outside"}},
        "changes": records(moved),
        **files(out),
    }
    emit(document, as_json=as_json, people=[*re_plan_lines(found, moved, unit=settings.currency), *written])


def scenario(
    *,
    suppose: SupposeOption = None,
    targets: TargetsOption = None,
    first: FirstOption = None,
    months: MonthsOption = None,
    as_of: HistoryOption = None,
    anew: AnewOption = False,
    level: LevelOption = None,
    out: OutOption = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Say what a scenario does to the chances of targets, path by path."""
    from salescope.planning import scenario_effects

    wanted = scenarios_asked(suppose or ())
    settings = load_workspace(workspace)
    facts = facts_asked(settings, anew=anew, as_of=as_of, first=first, months=months, quiet=as_json)
    found = scenario_effects(agreed_plan(settings, facts, path=targets), wanted)
    told = found.assign(cents=found["cents"] / 100.0).rename(columns={"cents": "target"})
    written = [*known_until(facts), *write_sheet(told, out)]
    document = {**about(settings, facts), "effects": records(told), **files(out)}
    nodes = shown_nodes(facts, level=level)
    emit(document, as_json=as_json, people=[effect_table(told, nodes=nodes, unit=settings.currency), *written])


def fairness(
    *,
    targets: TargetsOption = None,
    first: FirstOption = None,
    months: MonthsOption = None,
    as_of: HistoryOption = None,
    anew: AnewOption = False,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Say whether targets ask alike of everyone, and whether they punish those who grew."""
    from salescope.batch import plan_fairness

    settings = load_workspace(workspace)
    facts = facts_asked(settings, anew=anew, as_of=as_of, first=first, months=months, quiet=as_json)
    report = plan_fairness(agreed_plan(settings, facts, path=targets), facts)
    document = {**about(settings, facts), "said": list(report.said), "groups": records(report.table())}
    emit(document, as_json=as_json, people=[*report.said, fairness_table(report.table()), *known_until(facts)])
