"""How the members of the lifetime value are fitted to what was recorded before a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salescope.features import AttributeEncoder, customer_features
from salescope.frames.errors import MissingColumnError, OutcomeError
from salescope.scoring.histories import Histories
from salescope.scoring.members import Floats
from salescope.scoring.purchase_process import PurchaseProcess
from salescope.scoring.purchases import fit_process, fit_season, process_named
from salescope.scoring.season import FLAT, YearlyWave
from salescope.scoring.value_members import (
    LEAST_EXPECTED,
    Learned,
    OrderMembers,
    said_of,
    season_ahead,
    without_season,
)
from salescope.scoring.value_regression import OrderRegression, regressors_of
from salescope.scoring.value_trees import OrderDesign, OrderTrees
from salescope.scoring.value_windows import (
    ClosedWindow,
    Tables,
    closed_windows,
    comebacks_of,
    planned_windows,
    sampled_customers,
)

__all__ = ["Learner", "fit_members"]

NOT_FEATURES = ("customer_id", "as_of")
ENOUGH_ORDERS = 500
# A shorter history cannot tell a season from a change for good.
YEAR_AND_A_HALF = 540


@dataclass(frozen=True, slots=True)
class Learner:
    """Says how the members are fitted.

    Parameters
    ----------
    horizon : int
        Days that are predicted.
    process : str
        The purchase process.
    season : bool
        Whether a yearly wave is learned where the history is long enough.
    windows : bool
        Whether windows that are over are learned from where they hold orders enough.
    seed : int
        Where all randomness comes from.
    """

    horizon: int
    process: str
    season: bool
    windows: bool
    seed: int


def fit_members(learner: Learner, tables: Tables, *, as_of: pd.Timestamp) -> tuple[OrderMembers, pd.DataFrame]:
    """Fits the members to what was recorded before a moment.

    Parameters
    ----------
    learner : Learner
    tables : mapping of str to DataFrame
        The contract's tables as `customer_features` takes them.
    as_of : Timestamp
        The moment; nothing at or after it is looked at.

    Returns
    -------
    tuple of (OrderMembers, DataFrame)
        The members, and the features of the customers they were fitted to, at the moment.

    Raises
    ------
    MissingColumnError
        When there are no orders, or a column of theirs is missing.
    OutcomeError
        When nobody had ordered before the moment.
    """
    if tables.get("orders") is None:
        raise MissingColumnError(["orders"], where="the tables", present=sorted(tables))
    features = customer_features(tables, as_of=as_of, customers=sampled_customers(tables["orders"]))
    features = features[features["order_days"] > 0].reset_index(drop=True)
    if features.empty:
        problem = f"No customer had ordered before {as_of}"
        raise OutcomeError(problem, remedy="Give orders with a customer, or a later moment.")
    told, customers = Histories.from_features(features), features["customer_id"].tolist()
    wave = _wave(learner, tables, told=told, customers=customers, as_of=as_of)
    plain = OrderMembers(fit_process(process_named(learner.process), told, wave=wave), learner.horizon)
    if not learner.windows or told.repeats.sum() < ENOUGH_ORDERS:
        return plain, features
    planned = planned_windows(int(told.age.max()) + 1, horizon=learner.horizon)
    windows = closed_windows(tables, customers, as_of=as_of, windows=planned)
    if sum(float(window.orders.sum()) for window in windows) < ENOUGH_ORDERS:
        return plain, features
    encoder = AttributeEncoder(exclude=NOT_FEATURES).fit(features)
    return replace(plain, learned=_learned(plain, windows, encoder=encoder, seed=learner.seed)), features


def _wave(
    learner: Learner, tables: Tables, *, told: Histories, customers: list[str], as_of: pd.Timestamp
) -> YearlyWave:
    if not learner.season or told.age.max() + 1 < YEAR_AND_A_HALF:
        return FLAT
    return fit_season(process_named(learner.process), told, comebacks=comebacks_of(tables, customers, as_of=as_of))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Holds one window as members learn from it: all of shape (n_customers,) or (n_customers, n_columns)."""

    encoded: Floats
    regressors: Floats
    orders: Floats
    expected: Floats
    whole: Floats


def _learned(plain: OrderMembers, windows: list[ClosedWindow], *, encoder: AttributeEncoder, seed: int) -> Learned:
    seen = [_seen(window, plain, encoder=encoder) for window in windows]
    encoded, regressors, orders, expected, whole = (
        np.concatenate([getattr(one, name) for one in seen]) for name in _Seen.__slots__
    )
    design = OrderDesign(encoded, whole, encoder.categorical_, seed)
    regression = OrderRegression.fit(regressors, orders=orders, expected=expected)
    return Learned(encoder, OrderTrees.fit(design), regression)


def _seen(window: ClosedWindow, plain: OrderMembers, *, encoder: AttributeEncoder) -> _Seen:
    """Gives a window as members learn from it.

    The process is fitted again to what was known at the start: its errors are then those that it will make, also by
    reaching further than it has seen. Orders of a shorter window are scaled to the horizon by the process of today.
    Trees are not told the season: what windows of one season hold they would take for any season's.
    """
    told, process = window.told, plain.process
    different, place = told.each_once()
    before: PurchaseProcess = fit_process(type(process), told, wave=process.wave, start=process)
    said = said_of(before, told, horizon=plain.horizon)
    within = np.maximum(process.expected_orders(different, horizon=window.days), LEAST_EXPECTED)
    season = season_ahead(process, told, horizon=plain.horizon)
    scale = (process.expected_orders(different, horizon=plain.horizon) / within)[place] / season
    return _Seen(
        encoded=np.column_stack([encoder.encode(window.features), *without_season(said, season=season)]),
        regressors=regressors_of(window.features, said=said),
        orders=window.orders,
        expected=np.maximum(before.expected_orders(different, horizon=window.days), LEAST_EXPECTED)[place],
        whole=window.orders * scale,
    )
