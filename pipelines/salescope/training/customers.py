"""Trains every model of customers that a workspace's tables allow, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from salescope.frames.errors import SalescopeError
from salescope.project import ModelName, Workspace
from salescope.training.churn import train_churn
from salescope.training.customer_tables import CustomerTables, customer_tables
from salescope.training.payments import train_payments
from salescope.training.products import train_products
from salescope.training.progress import Progress, silent
from salescope.training.running import TrainingOptions, TrainingResult
from salescope.training.segments import train_segments
from salescope.training.value import train_value

__all__ = ["CustomerTraining", "train_customers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTraining:
    """Says what came of the training of one model.

    Parameters
    ----------
    model : ModelName
        The model.
    result : TrainingResult or None
        What came of it; None where it could not be trained.
    problem : str, default ""
        Why not.
    """

    model: ModelName
    result: TrainingResult | None
    problem: str = ""

    @property
    def serves(self) -> bool:
        """Says whether what was trained serves now."""
        return self.result is not None and self.result.promoted


def train_customers(
    workspace: Workspace, *, options: TrainingOptions | None = None, progress: Progress = silent
) -> list[CustomerTraining]:
    """Trains churn, value, segments, products and payments, each where the tables allow it, on tables read once.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders", "customers", "contacts", "invoices" and "products", where mapped.
    options : TrainingOptions, optional
        What differs in these trainings.
    progress : callable, optional
        Is told each step, with the model it belongs to.

    Returns
    -------
    list of CustomerTraining
        In that order. A model that cannot be trained does not keep the others from it.

    Raises
    ------
    SourceError
        If a table cannot be read.
    """
    recorded = customer_tables(workspace)
    done = []
    for model, train in _trainings(recorded):
        try:
            result = train(workspace, options=options, progress=_named(progress, model=model), recorded=recorded)
            done.append(CustomerTraining(model=model, result=result))
        except SalescopeError as problem:
            done.append(CustomerTraining(model=model, result=None, problem=str(problem)))
    return done


def _trainings(recorded: CustomerTables) -> Iterator[tuple[ModelName, Callable[..., TrainingResult]]]:
    """Gives the models whose tables are there; contracts alone tell who leaves, and nothing else."""
    columns = {name: set(frame.columns) for name, frame in recorded.frames.items()}
    if "orders" in columns or {"churned", "churned_at"} & columns.get("customers", set()):
        yield ModelName.CHURN, train_churn
    if "orders" in columns:
        yield ModelName.VALUE, train_value
        yield ModelName.SEGMENTS, train_segments
    if "product_id" in columns.get("orders", set()):
        yield ModelName.PRODUCTS, train_products
    if "invoices" in columns:
        yield ModelName.PAYMENTS, train_payments


def _named(progress: Progress, *, model: ModelName) -> Progress:
    def tell(step: str, *counts: int) -> None:
        progress(f"{model}: {step}", *counts)

    return tell
