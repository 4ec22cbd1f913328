"""Trains what is recommended to a workspace's customers, judged on what they bought later."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from salescope.bundle import load_as
from salescope.evaluation import ndcg_at_k, recall_at_k
from salescope.frames.errors import MissingColumnError, OutcomeError
from salescope.project import ModelName, Workspace
from salescope.scoring import Baskets, ProductRecommender
from salescope.training.comparing import Champion
from salescope.training.customer_model import (
    Ahead,
    CustomerTask,
    Findings,
    Shown,
    champion_at,
    days_ahead,
    train_customer_model,
)
from salescope.training.customer_tables import DAY, CustomerTables
from salescope.training.decision import Decision
from salescope.training.progress import Progress, silent
from salescope.training.running import TrainingOptions, TrainingResult

__all__ = ["product_task", "recommender_of", "train_products"]

NEEDED = ("customer_id", "ordered_at", "product_id", "quantity")
MOST_RANKS = 10
RECENT = 30
TIE = 0.01
MODEL, LATELY, EVER = "the model", "what most bought lately", "what most ever bought"
EXAMPLES, BASKET = 50, 5
LIMITS = (
    "It recommends what customers buy again, what goes with it, and what many buy now. It knows no stock, no margin, "
    "and no product that nobody has bought yet. Recall counts what was bought anyway, not what advice brings about."
)


def train_products(
    workspace: Workspace,
    *,
    options: TrainingOptions | None = None,
    progress: Progress = silent,
    recorded: CustomerTables | None = None,
) -> TrainingResult:
    """Trains, judges and registers what is recommended, and promotes it if it finds more than popularity does.

    Parameters
    ----------
    workspace : Workspace
        Its orders, with their products.
    options : TrainingOptions, optional
        What differs in this training.
    progress : callable, optional
        Is told each step.
    recorded : CustomerTables, optional
        What was read before; by default the tables are read.

    Returns
    -------
    TrainingResult
        Also of a recommender that was not promoted.

    Raises
    ------
    MissingColumnError
        If orders do not say what was ordered.
    OutcomeError
        If history is too short to judge by.
    SalescopeError
        If the settings or the data cannot be used.
    """
    task_of = partial(product_task, workspace=workspace)
    return train_customer_model(task_of, workspace=workspace, options=options, progress=progress, recorded=recorded)


def product_task(recorded: CustomerTables, workspace: Workspace) -> CustomerTask:
    """Says what is learned of products, and how it is judged.

    Parameters
    ----------
    recorded : CustomerTables
        What is recorded of customers.
    workspace : Workspace
        Its settings.

    Returns
    -------
    CustomerTask
        Judged by what customers bought in the newest days of the history, also of what they had bought before.
    """
    settings = workspace.products
    ahead = days_ahead(recorded, wanted=settings.judged_days, setting="products.judged_days")
    orders = recorded.frames["orders"]
    missing = [name for name in NEEDED if name not in orders.columns]
    if missing:
        raise MissingColumnError(missing, where="orders", present=[str(name) for name in orders.columns])
    recipe = {"exclude": sorted(settings.exclude)}
    bought = _bought(orders, exclude=recipe["exclude"])
    return CustomerTask(
        model=ModelName.PRODUCTS.value,
        recorded=recorded,
        recipe=recipe,
        judge=lambda champion: _judged(orders, ahead, bought=bought, recipe=recipe, champion=champion),
        fit=lambda: recommender_of(recipe).fit(orders, as_of=ahead.end),
        asked=lambda: _example_baskets(bought),
        learned_from=(
            ("customers", bought["customer_id"].nunique()),
            ("products", bought["product_id"].nunique()),
            ("order lines", len(bought)),
        ),
        limits=" ".join(filter(None, (ahead.remark, LIMITS))),
    )


def recommender_of(recipe: Mapping[str, Any]) -> ProductRecommender:
    """Makes a fresh recommender of a recipe, as a card keeps it.

    Parameters
    ----------
    recipe : mapping
        Arguments of `ProductRecommender`.

    Returns
    -------
    ProductRecommender

    Examples
    --------
    >>> recommender_of({"exclude": ["POST"]}).exclude
    ['POST']
    """
    return ProductRecommender(**recipe)


def _bought(orders: pd.DataFrame, *, exclude: list[str]) -> pd.DataFrame:
    known = orders[["customer_id", "product_id", "ordered_at"]][orders["quantity"] > 0].dropna()
    return known[~known["product_id"].isin(exclude)]


def _example_baskets(bought: pd.DataFrame) -> list[dict[str, Any]]:
    """Gives what some customers bought last, without saying who they are."""
    some = sorted(bought["customer_id"].unique())[:EXAMPLES]
    lines = bought[bought["customer_id"].isin(some)].sort_values(["customer_id", "ordered_at", "product_id"])
    lasts = lines.groupby("customer_id")["product_id"].agg(lambda names: sorted(set(names.tail(BASKET))))
    return [{"products": names} for names in lasts]


def _judged(
    orders: pd.DataFrame, ahead: Ahead, *, bought: pd.DataFrame, recipe: Mapping[str, Any], champion: Champion | None
) -> Findings:
    past, later = bought[bought["ordered_at"] < ahead.moment], bought[bought["ordered_at"] >= ahead.moment]
    customers = sorted(set(past["customer_id"]) & set(later["customer_id"]))
    if not customers:
        problem = (
            f"Nobody who had bought before bought again in the last {ahead.days} days, by which products are judged"
        )
        raise OutcomeError(problem, remedy="Map more history.")
    later = later[later["customer_id"].isin(customers)]
    # Where there are few products, many ranks hold them all, and nothing could be told apart.
    k = min(MOST_RANKS, max(1, past["product_id"].nunique() // 4))
    recent = past[past["ordered_at"] >= ahead.moment - RECENT * DAY]
    told = {
        MODEL: recommender_of(recipe).fit(orders, as_of=ahead.moment).recommend(customers, k=k),
        LATELY: _popular(recent, customers, k=k),
        EVER: _popular(past, customers, k=k),
    }
    if champion is not None:
        told[f"champion, version {champion.version}"] = _champions(
            champion, orders, ahead=ahead, recipe=recipe
        ).recommend(customers, k=k, history=Baskets.from_orders(orders, as_of=ahead.moment))
    found = {who: (recall_at_k(frame, later, k=k), ndcg_at_k(frame, later, k=k)) for who, frame in told.items()}
    return _findings(found, k=k, n_customers=len(customers), days=ahead.days)


def _popular(counted: pd.DataFrame, customers: list[str], *, k: int) -> pd.DataFrame:
    """Recommends to everybody what most customers bought; among equals the lower id first."""
    buyers = counted.drop_duplicates(["customer_id", "product_id"])["product_id"].value_counts(sort=False)
    first = buyers.sort_index().sort_values(ascending=False, kind="stable").index[:k]
    ranks = pd.DataFrame({"rank": range(1, len(first) + 1), "product_id": first})
    return pd.DataFrame({"customer_id": customers}).merge(ranks, how="cross")


def _champions(
    champion: Champion, orders: pd.DataFrame, *, ahead: Ahead, recipe: Mapping[str, Any]
) -> ProductRecommender:
    if champion_at(champion, moment=ahead.moment, recipe=recipe) == "as served":
        return load_as(ProductRecommender, champion.files)
    return recommender_of(champion.card["recipe"]).fit(orders, as_of=ahead.moment)


def _findings(found: Mapping[str, tuple[float, float]], *, k: int, n_customers: int, days: int) -> Findings:
    recall, gain = found[MODEL]
    popular = max(found[LATELY][0], found[EVER][0])
    columns = ("recommended by", f"recall at {k}", f"discounted gain at {k}")
    remark = (
        f"{n_customers:,} customers bought before and in the last {days} days; what each bought then, again or for the "
        f"first time, should be among its first {k}."
    )
    rows = [(who, *two) for who, two in found.items()]
    return Findings(
        decision=_decision(found, popular=popular, k=k),
        verdict=(
            f"Of what {n_customers:,} customers bought in the last {days} days {recall:.0%} was among their first {k} "
            f"recommended products, and {popular:.0%} among the most popular {k}."
        ),
        figures={"recall": recall, "gain": gain, "popular_recall": popular, "k": float(k)},
        tiles=(
            (f"recall at {k}", recall),
            (f"recall at {k} of popularity", popular),
            ("times popularity", recall / popular if popular else None),
        ),
        tables=[Shown(title="Recommended, then bought", columns=columns, rows=rows, remark=remark)],
    )


def _decision(found: Mapping[str, tuple[float, float]], *, popular: float, k: int) -> Decision:
    recall, champions = found[MODEL][0], [two[0] for who, two in found.items() if who.startswith("champion")]
    if not recall > popular:
        message = f"Not promoted: what is popular has a recall at {k} of {popular:.3f}, the model {recall:.3f}."
        return Decision(promote=False, ground="baseline", message=message)
    if champions and recall < champions[0] - TIE:
        message = f"Not promoted: the champion has a recall at {k} of {champions[0]:.3f}, the model {recall:.3f}."
        return Decision(promote=False, ground="champion", message=message)
    if not champions:
        message = "Promoted: it finds more than popularity does, and there is no champion to compare with."
        return Decision(promote=True, ground="first", message=message)
    message = "Promoted: it knows newer orders and finds no less than the champion, on the same customers and days."
    return Decision(promote=True, ground="better", message=message)
