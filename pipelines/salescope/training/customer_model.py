"""Trains a model of customers that tells no chance: judged on what followed a moment, fitted again at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version as version_of
from typing import Any

import pandas as pd

from salescope.bundle import Fitted
from salescope.frames.errors import OutcomeError
from salescope.project import Workspace
from salescope.registry.tracking import TrackedRun
from salescope.training.comparing import Champion
from salescope.training.customer_tables import DAY, CustomerTables, customer_tables
from salescope.training.decision import Decision
from salescope.training.progress import Progress, Steps
from salescope.training.publishing import CANARY_ROWS, EXAMPLE_ROWS, plain
from salescope.training.running import TrainingOptions, TrainingResult, train_model
from salescope.training.trained_model import TrainedModel

__all__ = ["Ahead", "CustomerTask", "Findings", "Shown", "champion_at", "days_ahead", "train_customer_model"]

STEPS = 5
FEWEST_DAYS = 7

Rows = pd.DataFrame | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Says which part of the history judges a model, and which it learns from for that.

    Parameters
    ----------
    days : int
        How long the judging part is.
    moment : Timestamp
        Where it starts.
    end : Timestamp
        Where it and the history end.
    remark : str
        Why it is not as long as was asked for; empty where it is.
    """

    days: int
    moment: pd.Timestamp
    end: pd.Timestamp
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Is a table of the card.

    Parameters
    ----------
    title : str
        What it shows.
    columns : tuple of str
        Its headings.
    rows : sequence of sequence
        Text, numbers, or None where there is none.
    remark : str, default ""
        What is to be said below it.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Holds what later time said of a model.

    Parameters
    ----------
    decision : Decision
        What becomes of it.
    verdict : str
        What it is worth, in one sentence.
    figures : mapping of str to float
        The figures of the model.
    tiles : sequence of (str, float or None)
        Those of them that people see first, each with its words.
    tables : sequence of Shown
        The model beside what it is compared with.
    """

    decision: Decision
    verdict: str
    figures: Mapping[str, float]
    tiles: Sequence[tuple[str, float | None]]
    tables: Sequence[Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTask:
    """Says what is learned of customers, and how it is judged.

    Parameters
    ----------
    model : str
        The experiment, registered model and published folder, see `salescope.project.ModelName`.
    recorded : CustomerTables
        What is recorded.
    recipe : mapping
        The arguments that make such a model again, JSON values.
    judge : callable
        Judges the recipe on later time, beside the champion where there is one.
    fit : callable
        Fits the model that will serve, at the end of the history.
    asked : callable
        Gives rows as the model takes them at the end of the history: for the canary, and as an example.
    learned_from : sequence of (str, object)
        What the card's page says of the data, each with its words.
    limits : str
        What the model cannot know.
    """

    model: str
    recorded: CustomerTables
    recipe: Mapping[str, Any]
    judge: Callable[[Champion | None], Findings]
    fit: Callable[[], Fitted]
    asked: Callable[[], Rows]
    learned_from: Sequence[tuple[str, object]]
    limits: str


def days_ahead(recorded: CustomerTables, *, wanted: int, setting: str) -> Ahead:
    """Divides the history into what is learned from and what followed.

    Parameters
    ----------
    recorded : CustomerTables
        What is recorded.
    wanted : int
        For how many days a model should be judged; at most half of the history is taken.
    setting : str
        Where the number was set, for what is said.

    Returns
    -------
    Ahead

    Raises
    ------
    OutcomeError
        If half of the history is shorter than a week, or there is no order.
    """
    end = recorded.end
    span = (end - recorded.frames["orders"]["ordered_at"].min().normalize()).days
    days = min(wanted, span // 2)
    if days < min(wanted, FEWEST_DAYS):
        problem = f"{span} days of orders are too few to judge by"
        raise OutcomeError(problem, remedy="Map more history.")
    remark = ""
    if days < wanted:
        remark = f"{setting} is {wanted} days; {span} days of history allow {days}, for as much must be learned from."
    return Ahead(days=days, moment=end - days * DAY, end=end, remark=remark)


def champion_at(champion: Champion, *, moment: pd.Timestamp, recipe: Mapping[str, Any]) -> str:
    """Says how a champion can be compared with a recipe that was fitted at a moment.

    Parameters
    ----------
    champion : Champion
        The version that serves.
    moment : Timestamp
        What followed it judges both.
    recipe : mapping
        That of the new model.

    Returns
    -------
    {"as served", "its recipe", "same recipe"}
        A champion that has learned from what followed would be judged by what it knows, so its recipe is fitted
        again at the moment; where that is the recipe of the new one, both are the same there.
    """
    if pd.Timestamp(champion.card["data"]["trained_through"]) <= moment:
        return "as served"
    return "same recipe" if champion.card["recipe"] == plain(recipe) else "its recipe"


def train_customer_model(
    task_of: Callable[[CustomerTables], CustomerTask],
    *,
    workspace: Workspace,
    options: TrainingOptions | None,
    progress: Progress,
    recorded: CustomerTables | None = None,
) -> TrainingResult:
    """Judges a model on later time, fits it at the end, registers it, and promotes it if every gate lets it pass.

    Parameters
    ----------
    task_of : callable
        Says what is learned from the tables.
    workspace : Workspace
        Where the tables come from, runs are tracked and bundles published.
    options : TrainingOptions or None
        What differs in this training.
    progress : callable
        Is told each step.
    recorded : CustomerTables, optional
        What was read before; by default the tables are read.

    Returns
    -------
    TrainingResult
        Also of a model that was not promoted; it is registered for whoever wants to look.
    """
    say = Steps(progress, total=STEPS)
    say("reading and checking the tables")
    task = task_of(recorded or customer_tables(workspace))

    def find(champion: Champion | None, _run: TrackedRun) -> TrainedModel:
        say("judging on what followed")
        found = task.judge(champion)
        say("fitting at the end of the history")
        return _recorded(task, found, fitted=task.fit())

    tags = {"data_digest": task.recorded.digest, "as_of": task.recorded.end.isoformat()}
    return train_model(
        find, model=task.model, tags=tags, workspace=workspace, options=options or TrainingOptions(), say=say
    )


def _recorded(task: CustomerTask, found: Findings, *, fitted: Fitted) -> TrainedModel:
    asked = task.asked()
    rows = asked.tail(CANARY_ROWS) if isinstance(asked, pd.DataFrame) else asked[:CANARY_ROWS]
    example = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame.from_records(list(rows))
    return TrainedModel(
        model=task.model,
        fitted=fitted,
        card=_card(task, found),
        decision=found.decision,
        canary_rows=rows,
        example=example.tail(EXAMPLE_ROWS),
        params=task.recipe,
        metrics={f"newest_{name}": value for name, value in found.figures.items()},
    )


def _card(task: CustomerTask, found: Findings) -> dict[str, Any]:
    end = task.recorded.end.isoformat()
    card: dict[str, Any] = plain(
        {
            "name": task.model,
            "made_with": f"salescope {version_of('salescope')}",
            "data": {"digest": task.recorded.digest, "as_of": end, "trained_through": end},
            "learned_from": [*task.learned_from, ("quarantined rows", task.recorded.quarantined)],
            "verdict": {"message": found.verdict},
            "decision": asdict(found.decision),
            "figures": {
                "newest": found.figures,
                "tiles": found.tiles,
                "tables": [asdict(table) for table in found.tables],
            },
            "recipe": task.recipe,
            "limits": task.limits,
        }
    )
    return card
