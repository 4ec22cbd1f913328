"""``salescope budget``: promotion money by what one more of it brings, and what each channel turns into sales."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.backtest import HistoryOption, PlotOption, plot_line
from salescope.cli.budget_shown import budget_lines, channel_lines
from salescope.cli.output import JsonOption, WorkspaceOption, emit, moment_asked, remark
from salescope.cli.targets_told import check_plot, draw, files, write_sheet
from salescope.frames.errors import OutOfRangeError
from salescope.project import load_workspace

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from salescope.batch import PromotionRecord
    from salescope.planning import Budget, BudgetLimits, ResponseCurves

__all__ = ["app"]

app = typer.Typer(
    help="Split the promotion budget by what history tells, and compare channels by their leads.", no_args_is_help=True
)
# Noise costs more than care where channels hardly differ, and care costs next to nothing where they do.
SURE = 0.75
OutOption = Annotated[Path | None, typer.Option("--out", help="A .csv or .xlsx of every channel.")]
TotalOption = Annotated[
    float | None, typer.Option(help="Money of the whole plan; as much as in the last year by default.", min=0)
]
FloorOption = Annotated[
    list[str] | None, typer.Option(help="The least a channel gets a week, as search=500; may be repeated.")
]
CapOption = Annotated[
    list[str] | None, typer.Option(help="The most a channel gets a week, as search=900; may be repeated.")
]
ReserveOption = Annotated[
    float, typer.Option(help="The share of the total for a pilot where most is to be learned, at most 0.5.")
]
SureOption = Annotated[
    float,
    typer.Option(help="Money moves only as far as that pays with this chance; 0 goes for the highest expected sales."),
]
BeyondOption = Annotated[
    bool, typer.Option("--beyond-seen", help="Go beyond what history has seen, where curves are guessed.")
]


@app.command("allocate")
def allocate(
    *,
    total: TotalOption = None,
    weeks: Annotated[int, typer.Option(help="Weeks of the plan.", min=2, max=520)] = 52,
    floor: FloorOption = None,
    cap: CapOption = None,
    reserve: ReserveOption = 0.05,
    sure: SureOption = SURE,
    beyond_seen: BeyondOption = False,
    as_of: HistoryOption = None,
    out: OutOption = None,
    plot: PlotOption = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Split promotion money over channels so that one more of it brings the same in each, as far as history tells."""
    from salescope.batch import budget_sheet, read_promotion
    from salescope.planning import BudgetLimits, response_curves

    check_plot(plot)
    limits = BudgetLimits(
        floors=amounts_asked(floor, option="--floor"),
        caps=amounts_asked(cap, option="--cap"),
        beyond_seen=beyond_seen,
        sure=sure,
    )
    settings = load_workspace(workspace)
    record = read_promotion(settings, as_of=_moment(as_of))
    curves = response_curves(record.sales, spend=record.spend)
    budget = _split(curves, weeks=weeks, total=total, limits=limits, reserve=reserve)
    written = [*write_sheet(budget_sheet(budget), out), *plot_line(plot)]
    if plot is not None:
        from salescope.monitoring.budget_plots import budget_plot

        draw(budget_plot(budget, unit=settings.currency, language=settings.language), plot)
    about = {"currency": settings.currency, "sure": sure, **_known(record)}
    document = {**about, **budget.as_dict(), **files(out, plot=plot)}
    emit(document, as_json=as_json, people=[*budget_lines(budget, record=record, unit=settings.currency), *written])


@app.command("channels")
def channels(
    *,
    days: Annotated[int, typer.Option(help="The newest so many days that leads and spend cover.", min=1)] = 365,
    same: Annotated[
        list[str] | None,
        typer.Option(help="What leads call a channel and what spend calls it, as 'paid search=search'; repeatable."),
    ] = None,
    level: Annotated[float, typer.Option(help="Percent that intervals hold.", min=1, max=99)] = 95.0,
    as_of: HistoryOption = None,
    out: OutOption = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Compare channels: what becomes of their leads, what that costs, and whom they reach, with intervals."""
    from salescope.batch import read_channels

    settings = load_workspace(workspace)
    names = names_asked(same, option="--same")
    record = read_channels(settings, as_of=_moment(as_of), days=days, same=names, level=level)
    written = write_sheet(record.report.table.round(6), out)
    document = {
        "currency": settings.currency,
        "first": f"{record.first:%Y-%m-%d}",
        "end": f"{record.end:%Y-%m-%d}",
        "strangers": list(record.strangers),
        "quarantined": record.quarantined,
        **record.report.as_dict(),
        **files(out),
    }
    emit(document, as_json=as_json, people=[*channel_lines(record, unit=settings.currency), *written])


def _known(record: PromotionRecord) -> dict[str, Any]:
    return {
        "first": f"{record.spend.index[0]:%Y-%m-%d}",
        "end": f"{record.end:%Y-%m-%d}",
        "weeks_of_history": len(record.sales),
        "unpaid": list(record.unpaid),
        "quarantined": record.quarantined,
    }


def _split(curves: ResponseCurves, *, weeks: int, total: float | None, limits: BudgetLimits, reserve: float) -> Budget:
    from salescope.planning import allocate as split

    try:
        return split(curves, periods=weeks, total=total, limits=limits, reserve=reserve)
    except OutOfRangeError:
        if total is not None:
            # What is refused is said a week.
            remark(
                f"A total of {total:,.2f} over {weeks:,} weeks is {total / weeks:,.2f} a week, the reserve included."
            )
        raise


def amounts_asked(wanted: Sequence[str] | None, *, option: str) -> dict[str, float]:
    """Reads amounts of channels, as ``search=500``."""
    return {name: _amount(said, option=option) for name, said in names_asked(wanted, option=option).items()}


def names_asked(wanted: Sequence[str] | None, *, option: str) -> dict[str, str]:
    """Reads pairs, as ``search=500``: a channel may have an equals sign in its name, what is said of it has none."""
    found: dict[str, str] = {}
    for pair in wanted or ():
        name, parted, value = (part.strip() for part in pair.rpartition("="))
        if not (name and parted and value):
            said = f"{option} {pair!r} has not the form channel=value, as {option} search=500."
            raise typer.BadParameter(said)
        if name in found:
            said = f"{option} names {name!r} twice: give it once."
            raise typer.BadParameter(said)
        found[name] = value
    return found


def _amount(said: str, *, option: str) -> float:
    try:
        amount = float(said)
    except ValueError:
        amount = math.nan
    if not 0.0 <= amount < math.inf:
        problem = f"{option} has {said!r} where an amount from 0 on is meant, as 500 or 500.50."
        raise typer.BadParameter(problem)
    return amount


def _moment(as_of: datetime | None) -> pd.Timestamp | None:
    import pandas as pd

    return None if as_of is None else pd.Timestamp(moment_asked(as_of))
