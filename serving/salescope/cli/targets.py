"""``salescope targets``: recommended from a goal, judged by their chances, and brought to spreadsheets and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli import targets_files, targets_judged
from salescope.cli.backtest import HistoryOption, PlotOption, plot_line, records
from salescope.cli.output import JsonOption, WorkspaceOption, emit
from salescope.cli.targets_asked import (
    AnewOption,
    FirstOption,
    LevelOption,
    MonthsOption,
    OutOption,
    facts_asked,
    goal_asked,
    rules_asked,
)
from salescope.cli.targets_shown import goal_lines, newcomer_lines, padding_table, plan_table, shown_nodes
from salescope.cli.targets_told import about, check_plot, draw, files, known_until, publish_facts, write_sheet
from salescope.project import load_workspace

if TYPE_CHECKING:
    import pandas as pd

    from salescope.batch import PlanFacts
    from salescope.planning import TargetPlan

__all__ = ["app"]

app = typer.Typer(
    help="Recommend targets, say their chances, and bring them to spreadsheets and back.", no_args_is_help=True
)
AmountOption = Annotated[float | None, typer.Option(help="The company goal as an amount.", min=0)]
GrowthOption = Annotated[float | None, typer.Option(help="The company goal as growth: 0.05 is five percent.")]
ChanceOption = Annotated[
    float | None, typer.Option(help="The company goal as the chance of reaching it; 0.6 by default.")
]
RulesOption = Annotated[
    Path | None,
    typer.Option(
        help="A file of kind (lock, override, floor, cap, growth), node, period, amount, least, most, reason."
    ),
]
StepOption = Annotated[float, typer.Option(help="What each target is to be a multiple of.", min=0.01)]
PublishOption = Annotated[
    bool | None,
    typer.Option(
        "--publish/--no-publish",
        help="Let the service recommend and judge by futures that were forecast now; by default, unless --as-of looks "
        "back.",
    ),
]


@app.command("recommend")
def recommend(
    *,
    amount: AmountOption = None,
    growth: GrowthOption = None,
    probability: ChanceOption = None,
    rules: RulesOption = None,
    step: StepOption = 0.01,
    first: FirstOption = None,
    months: MonthsOption = None,
    as_of: HistoryOption = None,
    anew: AnewOption = False,
    publish: PublishOption = None,
    level: LevelOption = None,
    out: OutOption = None,
    plot: PlotOption = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Recommend targets of every node and month from a company goal, with the chance of each."""
    from salescope.batch import plan_sheet, recommended_plan

    check_plot(plot)
    goal = goal_asked(amount=amount, growth=growth, probability=probability)
    settings = load_workspace(workspace)
    facts = facts_asked(settings, anew=anew, as_of=as_of, first=first, months=months, quiet=as_json)
    plan = recommended_plan(facts, goal, rules=rules_asked(rules, facts=facts), step=round(step * 100))
    sheet, nodes = plan_sheet(plan), shown_nodes(facts, level=level)
    written = [*known_until(facts), *write_sheet(sheet, out), *plot_line(plot)]
    if plot is not None:
        from salescope.monitoring.target_plots import plan_plot

        draw(plan_plot(plan, nodes=nodes, unit=settings.currency, language=settings.language), plot)
    if facts.publication is None and (as_of is None if publish is None else publish):
        published = publish_facts(settings, facts).id
        written.append(f"Published as number {published}: the service judges targets by it.")
    document = {**about(settings, facts), **_document(plan, facts=facts, sheet=sheet), **files(out, plot=plot)}
    shown = plan_table(sheet, nodes=nodes, unit=settings.currency)
    other = padding_table(plan.padding(), unit=settings.currency)
    said = [*goal_lines(plan, unit=settings.currency), *newcomer_lines(facts)]
    emit(document, as_json=as_json, people=[*said, shown, other, *written])


app.command("attainment")(targets_judged.attainment)
app.command("re-plan")(targets_judged.re_plan)
app.command("scenario")(targets_judged.scenario)
app.command("fairness")(targets_judged.fairness)
app.command("export")(targets_files.export)
app.command("import")(targets_files.import_)


def _document(plan: TargetPlan, *, facts: PlanFacts, sheet: pd.DataFrame) -> dict[str, Any]:
    return {
        "goal": {"kind": plan.goal.kind, "value": plan.goal.value},
        "amount": plan.amount,
        "growth": plan.growth,
        "probability": plan.probability,
        "newcomers": records(facts.newcomers),
        "padding": records(plan.padding()),
        "targets": records(sheet),
    }
