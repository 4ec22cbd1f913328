"""``salescope train …``: train, judge and promote a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from salescope.cli.exits import Exit
from salescope.cli.output import JsonOption, WorkspaceOption, emit, plain, steps_shown, table
from salescope.project import Workspace, load_workspace

if TYPE_CHECKING:
    from salescope.training import CustomerTraining, TrainingResult

__all__ = ["app", "customers_for_people", "result_for_people", "trained"]

Trained = TypeVar("Trained")

app = typer.Typer(help="Train, judge and promote a model.", no_args_is_help=True)


@app.callback()
def _train() -> None:
    """Train, judge and promote a model."""


TrialsOption = Annotated[int | None, typer.Option(help="Search better trees with so many trials.", min=0)]
PromoteOption = Annotated[bool, typer.Option("--promote/--no-promote", help="Let a model that passes serve.")]


@app.command("leads")
def leads(
    *,
    workspace: WorkspaceOption = ".",
    trials: TrialsOption = None,
    promote: PromoteOption = True,
    as_json: JsonOption = False,
) -> None:
    """Train a lead scorer on the closed leads.

    Exits with 3 when it was not promoted (no signal, calibration, or the champion is better) and with 4 when the
    leakage audit blocks.
    """
    from salescope.training import train_leads

    result = trained(train_leads, workspace=load_workspace(workspace), trials=trials, promote=promote)
    _tell(result, name="Leads", promote=promote, as_json=as_json)


@app.command("churn")
def churn(
    *,
    workspace: WorkspaceOption = ".",
    trials: TrialsOption = None,
    promote: PromoteOption = True,
    as_json: JsonOption = False,
) -> None:
    """Train a scorer of customers who may leave, on how they ordered.

    Exits with 3 when it was not promoted (no signal, calibration, or the champion is better) and with 4 when the
    leakage audit blocks.
    """
    from salescope.training import train_churn

    result = trained(train_churn, workspace=load_workspace(workspace), trials=trials, promote=promote)
    _tell(result, name="Churn", promote=promote, as_json=as_json)


@app.command("value")
def value(*, workspace: WorkspaceOption = ".", promote: PromoteOption = True, as_json: JsonOption = False) -> None:
    """Train the lifetime value of customers, on how they ordered.

    Exits with 3 when it was not promoted (an error, a ranking or a total worse than it may be).
    """
    from salescope.training import train_value

    result = trained(train_value, workspace=load_workspace(workspace), promote=promote)
    _tell(result, name="Value", promote=promote, as_json=as_json)


@app.command("segments")
def segments(*, workspace: WorkspaceOption = ".", promote: PromoteOption = True, as_json: JsonOption = False) -> None:
    """Learn where the tiers of customers begin.

    Exits with 3 when they were not promoted (better tiers did not bring more later).
    """
    from salescope.training import train_segments

    result = trained(train_segments, workspace=load_workspace(workspace), promote=promote)
    _tell(result, name="Segments", promote=promote, as_json=as_json)


@app.command("products")
def products(*, workspace: WorkspaceOption = ".", promote: PromoteOption = True, as_json: JsonOption = False) -> None:
    """Train what is recommended to customers, on what was bought.

    Exits with 3 when it was not promoted (popularity or the champion finds more).
    """
    from salescope.training import train_products

    result = trained(train_products, workspace=load_workspace(workspace), promote=promote)
    _tell(result, name="Products", promote=promote, as_json=as_json)


@app.command("payments")
def payments(
    *,
    workspace: WorkspaceOption = ".",
    trials: TrialsOption = None,
    promote: PromoteOption = True,
    as_json: JsonOption = False,
) -> None:
    """Train a scorer of invoices that may be paid late, on how customers paid.

    Exits with 3 when it was not promoted (no signal, calibration, or the champion is better) and with 4 when the
    leakage audit blocks.
    """
    from salescope.training import train_payments

    result = trained(train_payments, workspace=load_workspace(workspace), trials=trials, promote=promote)
    _tell(result, name="Payments", promote=promote, as_json=as_json)


@app.command("sales")
def sales(*, workspace: WorkspaceOption = ".", promote: PromoteOption = True, as_json: JsonOption = False) -> None:
    """Choose how sales are forecast, judged in windows of the past.

    Exits with 3 when it was not promoted (worse than the baseline somewhere, or than the champion).
    """
    from salescope.training import train_sales

    result = trained(train_sales, workspace=load_workspace(workspace), promote=promote)
    _tell(result, name="Sales", promote=promote, as_json=as_json)


@app.command("customers")
def customers(*, workspace: WorkspaceOption = ".", promote: PromoteOption = True, as_json: JsonOption = False) -> None:
    """Train churn, value, segments, products and payments, each where the tables allow it.

    Exits with 3 when none of them was promoted; the table says what came of each.
    """
    from salescope.training import train_customers

    done = trained(train_customers, workspace=load_workspace(workspace), promote=promote)
    document = {training.model.value: _document_of(training) for training in done}
    emit(document, as_json=as_json, people=customers_for_people(done))
    if promote and not any(training.serves for training in done):
        raise typer.Exit(Exit.NOT_PROMOTED)


def trained(
    train: Callable[..., Trained], *, workspace: Workspace, trials: int | None = None, promote: bool = True
) -> Trained:
    """Trains with a progress bar on standard error.

    Parameters
    ----------
    train : callable
        `salescope.training.train_leads` or another function that takes what it does.
    workspace : Workspace
        Where the rows come from.
    trials : int, optional
        Trials of the search; by default those of the settings.
    promote : bool, default True
        Whether a model that passes every gate serves.

    Returns
    -------
    TrainingResult, or what else was trained
    """
    from salescope.training import TrainingOptions

    with steps_shown("training") as tell:
        return train(workspace, options=TrainingOptions(trials=trials, promote=promote), progress=tell)


def _tell(result: TrainingResult, *, name: str, promote: bool, as_json: bool) -> None:
    emit(_document(result), as_json=as_json, people=result_for_people(result, name=name))
    if promote and not result.promoted:
        raise typer.Exit(Exit.NOT_PROMOTED)


def _document(result: TrainingResult) -> dict[str, Any]:
    return {
        "run_id": result.run_id,
        "version": result.version,
        "promoted": result.promoted,
        "decision": asdict(result.decision),
        "card": result.card,
    }


def _document_of(training: CustomerTraining) -> dict[str, Any]:
    return {"problem": training.problem} if training.result is None else _document(training.result)


def customers_for_people(done: Sequence[CustomerTraining]) -> Iterable[object]:
    """Lays out what came of the models of customers, one a row.

    Parameters
    ----------
    done : sequence of CustomerTraining
        What came of them.

    Yields
    ------
    object
        A table, or a sentence where there was nothing to train.
    """
    if not done:
        yield "Nothing to train: map the table 'orders', or contracts in 'customers', in salescope.yaml."
        return
    rows = []
    for training in done:
        result = training.result
        if result is None:
            rows.append((training.model, "–", "[yellow]not trained[/]", plain(training.problem)))
            continue
        became = "[green]promoted[/]" if result.promoted else "[yellow]not promoted[/]"
        rows.append(
            (training.model, result.version, became, f"{result.card['verdict']['message']} {result.decision.message}")
        )
    yield table("Customers", columns=["model", "#version", "became", "why"], rows=rows)


def result_for_people(result: TrainingResult, *, name: str) -> Iterable[object]:
    """Lays out what came of a training.

    Parameters
    ----------
    result : TrainingResult
        What came of it.
    name : str
        What was trained, as "Leads".

    Yields
    ------
    object
        Tables and sentences.
    """
    figures = result.card["figures"]
    if "tables" in figures:
        yield from _tables_of(figures["tables"], name=f"{name}, version {result.version}")
        yield result.card["verdict"]["message"]
    else:
        yield from _judged(result, name=name)
    colour = "green" if result.promoted else "yellow"
    yield f"[bold {colour}]{'Promoted' if result.promoted else 'Not promoted'}.[/] {result.decision.message}"


def _tables_of(tables: Iterable[Mapping[str, Any]], *, name: str) -> Iterable[object]:
    from salescope.monitoring import figure_text

    for shown in tables:
        columns = [column if place == 0 else f"#{column}" for place, column in enumerate(shown["columns"])]
        rows = [[figure_text(cell) for cell in row] for row in shown["rows"]]
        yield table(f"{name}: {shown['title']}", columns=columns, rows=rows)
        if shown["remark"]:
            yield shown["remark"]


def _judged(result: TrainingResult, *, name: str) -> Iterable[object]:
    figures = result.card["figures"]
    columns = ["on", "#outcomes", "#AUC", "#log loss", "#calibration error", "#lift at 10 %"]
    keys = ("auc", "log_loss", "calibration_error", "lift_at_10")
    rows = [(row["label"], f"{row['n']:,}", *(_number(row[key]) for key in keys)) for row in figures["table"]]
    yield table(f"{name}, version {result.version}", columns=columns, rows=rows)
    yield figures["remark"]
    yield f"Calibrated on the newest outcomes: {result.card['calibration']['message']}"
    hints = [finding for finding in result.card["audit"] if not finding["blocking"]]
    if hints:
        yield table("Hints of the leakage audit", columns=["columns", "evidence"], rows=[_hint(hint) for hint in hints])


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _hint(hint: dict[str, Any]) -> tuple[str, str]:
    return ", ".join(hint["columns"]) or hint["kind"].replace("_", " "), hint["evidence"]
