"""The program ``salescope``: gathers the commands and turns designed errors into one line and an exit code."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from salescope.cli import (
    backtest,
    budget,
    check,
    demo,
    follow,
    forecast,
    growth,
    init,
    keys,
    life_cycle,
    monitor,
    promote,
    receivables,
    report,
    score,
    serve,
    targets,
    train,
)
from salescope.cli.exits import Exit
from salescope.cli.output import plain, remark
from salescope.frames.errors import LeakageError, SalescopeError

__all__ = ["app", "main"]

app = typer.Typer(
    name="salescope",
    help="Forecasts sales and scores customers, on your own machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("check")(check.check)
app.add_typer(train.app, name="train")
app.add_typer(score.app, name="score")
app.command("receivables")(receivables.receivables)
app.command("forecast")(forecast.forecast)
app.command("backtest")(backtest.backtest)
app.command("growth")(growth.growth)
app.command("life-cycle")(life_cycle.life_cycle)
app.add_typer(targets.app, name="targets")
app.add_typer(budget.app, name="budget")
app.command("promote")(promote.promote)
app.command("rollback")(promote.rollback)
app.command("serve")(serve.serve)
app.add_typer(keys.app, name="keys")
app.command("report")(report.report)
app.command("monitor")(monitor.monitor)
app.command("follow", hidden=True)(follow.follow)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the form that typer calls
    if wanted:
        typer.echo(f"salescope {version('salescope')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Forecasts sales and scores customers, on your own machine."""


def main() -> None:
    """Runs the program; a designed error becomes one line on standard error and its exit code."""
    try:
        app()
    except SalescopeError as error:
        remark(f"[bold red]Error:[/] {plain(str(error))}")
        sys.exit(Exit.LEAKAGE if isinstance(error, LeakageError) else Exit.NOT_ACCEPTED)
    except KeyboardInterrupt:
        remark("Stopped.")
        sys.exit(130)


if __name__ == "__main__":
    main()
