"""The lifetime value of customers: orders and money to expect within a horizon, each with an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.scoring.door import UnfittedScorerError
from salescope.scoring.histories import NANOSECONDS_A_DAY, Histories
from salescope.scoring.members import Floats
from salescope.scoring.spend_per_order import GammaGamma
from salescope.scoring.value_answers import Spread, bounds_of, next_order
from salescope.scoring.value_bundles import MONEY, frame_of, read_value, value_schema, write_value
from salescope.scoring.value_learning import Learner, fit_members
from salescope.scoring.value_windows import Tables

__all__ = ["LifetimeValue"]

Records = pd.DataFrame | Sequence[Mapping[str, Any]]

CANARY_LEVELS = (80,)


class LifetimeValue(BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """Expects orders and money of customers within a horizon.

    Parameters
    ----------
    horizon : int, default 365
        Days from the moment that is asked about.
    process : {"pareto_nbd", "bg_nbd"}, default "pareto_nbd"
        The purchase process. Likelihood is a poor judge between the two: on cdnow it prefers the BG/NBD, which ranks
        customers worse on later time, for it cannot believe that one who never came back has left.
    season : bool, default True
        Whether a yearly wave is learned, where the history is a year and a half or longer.
    windows : bool, default True
        Whether boosted trees and a regression learn from windows that are over beside the process, where these hold
        500 orders or more. The expectation is half the process's, a quarter each of theirs.
    seed : int, default 0
        Where all randomness comes from.

    Attributes
    ----------
    members_ : OrderMembers
        The process, the trees and the regression.
    spend_ : GammaGamma or None
        What an order is worth; None where no order has a price.
    level_ : float
        How many times the process's own total the members expect together, for new customers.
    as_of_ : Timestamp
        The moment of fitting.
    kind : str
        What the model is, as its bundle says it.

    Notes
    -----
    An order is a calendar day on which a customer bought something; the order of the first day is what makes a
    customer, and every later one a repeat. Everything is fitted to rows strictly before ``as_of``.

    Examples
    --------
    >>> from salescope.features import customer_features
    >>> from salescope.simulation import CompanySize, simulate
    >>> company = simulate(seed=0, size=CompanySize.tiny())
    >>> tables = {"orders": company.tables["orders"]}
    >>> model = LifetimeValue(horizon=90).fit(tables, as_of=company.end)
    >>> value = model.predict(customer_features(tables, as_of=company.end))
    >>> bool((value["expected_orders"] >= 0).all()), bool((value["lo_80"] <= value["hi_80"]).all())
    (True, True)
    >>> LifetimeValue().fit(tables, as_of="2020-01-01")
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutcomeError: No customer had ordered before 2020-01-01 00:00:00. ...
    """

    kind: ClassVar[str] = "lifetime_value"

    def __init__(
        self,
        *,
        horizon: int = 365,
        process: str = "pareto_nbd",
        season: bool = True,
        windows: bool = True,
        seed: int = 0,
    ) -> None:
        self.horizon = horizon
        self.process = process
        self.season = season
        self.windows = windows
        self.seed = seed

    def fit(self, tables: Tables, y: None = None, *, as_of: datetime | str) -> Self:  # noqa: ARG002
        """Learns from what was recorded before a moment.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            The contract's tables as `salescope.features.customer_features` takes them, "orders" among them; later rows
            are not looked at, none is changed.
        y : None
            Not used: what follows a moment is read from the orders.
        as_of : datetime or str
            The moment, naive.

        Returns
        -------
        LifetimeValue

        Raises
        ------
        OutOfRangeError
            When the horizon is shorter than a day.
        UnknownNameError
            When the process does not exist.
        MissingColumnError
            When there are no orders, or a column of theirs is missing.
        OutcomeError
            When nobody had ordered before the moment.
        """
        if self.horizon < 1:
            raise OutOfRangeError(self.horizon, name="horizon", where="LifetimeValue", least=1)
        self.as_of_ = pd.Timestamp(as_of)
        learner = Learner(self.horizon, self.process, self.season, self.windows, self.seed)
        # Linear algebra on several threads sums in another order: the bits would hang on the number of cores. And
        # threads that wait for the searches of four parameters cost as much as these.
        with threadpool_limits(1):
            self.members_, features = fit_members(learner, tables, as_of=self.as_of_)
        orders, told = _numbers(features, "order_days"), Histories.from_features(features)
        self.spend_ = GammaGamma.fit(orders=orders, money_per_order=_numbers(features, MONEY))
        process = self.members_.process.expected_orders(told, horizon=self.horizon)
        self.level_ = float(self.members_.mean(features, told).sum() / max(float(process.sum()), 1e-9))
        return self

    def _known(self, X: Records) -> tuple[pd.DataFrame, pd.DataFrame, Histories]:
        """Gives all rows, those of customers that have ordered, and the histories of the latter."""
        if not hasattr(self, "members_"):
            raise UnfittedScorerError(type(self).__name__)
        rows = frame_of(X, members=self.members_)
        there = (_numbers(rows, "order_days") >= 1) & rows["as_of"].notna().to_numpy()
        known = rows[there]
        return rows, known, Histories.from_features(known)

    def predict(self, X: Records, *, levels: Sequence[float] = (80,)) -> pd.DataFrame:
        """Expects orders and money.

        Parameters
        ----------
        X : DataFrame of shape (n_customers, n_features) or sequence of mappings, shape (n_customers,)
            `salescope.features.customer_features` at the moment that is asked about, or rows of it as JSON gives them.
        levels : sequence of float, default (80,)
            Levels of the intervals, percent.

        Returns
        -------
        DataFrame, shape (n_customers, 6 + 4 * n_levels)
            "customer_id" where the rows have it; "probability_alive"; "expected_orders" (mean count of days with an
            order) with "lo_80" and "hi_80", whole numbers; "money_per_order"; "expected_money" with "money_lo_80" and
            "money_hi_80", in the workspace's currency; "next_order_at", the day before which a customer that has not
            left orders again with a chance of one half, NaT beyond ten years.

            All is missing for a customer that has not ordered yet, and money where no order has a price.

        Raises
        ------
        UnfittedScorerError
            When the model was not fitted.
        MissingColumnError
            When a frame lacks a column.
        MisalignedError
            When a level is not between 0 and 100.

        Notes
        -----
        Intervals of orders have a chance as near to their level as whole numbers allow, see
        `salescope.scoring.value_intervals.order_intervals`.
        """
        for level in levels:
            if not 0 < level < 100:
                raise MisalignedError("levels", found=f"the value {level!r}", accepted="percent between 0 and 100")
        rows, known, told = self._known(X)
        answer = self._answers(known, told, levels=levels).reindex(rows.index)
        if "customer_id" in rows.columns:
            answer.insert(0, "customer_id", rows["customer_id"])
        return answer

    def _answers(self, known: pd.DataFrame, told: Histories, *, levels: Sequence[float]) -> pd.DataFrame:
        spread = Spread(self.members_.process, told, self.horizon, self.members_.mean(known, told))
        orders, per_order = _numbers(known, "order_days"), np.full(len(known), np.nan)
        if self.spend_ is not None:
            per_order = self.spend_.expected(orders=orders, money_per_order=_numbers(known, MONEY))
        bounds = bounds_of(spread, self.spend_, orders=orders, per_order=per_order, levels=levels)
        columns = {
            "probability_alive": spread.process.probability_alive(told),
            "expected_orders": spread.expected,
            **{name: ends for name, ends in bounds.items() if not name.startswith("money")},
            "money_per_order": per_order,
            "expected_money": spread.expected * per_order,
            **{name: ends for name, ends in bounds.items() if name.startswith("money")},
            "next_order_at": next_order(spread.process, told),
        }
        return pd.DataFrame(columns, index=known.index)

    def predict_members(self, X: Records) -> pd.DataFrame:
        """Gives what each member expects, so that each can be judged by itself.

        Parameters
        ----------
        X : DataFrame of shape (n_customers, n_features) or sequence of mappings, shape (n_customers,)
            As for `predict`.

        Returns
        -------
        DataFrame, shape (n_customers, n_members)
            Orders by "process", and by "regression" and "trees" where these learned.
        """
        rows, known, told = self._known(X)
        return pd.DataFrame(self.members_.expected(known, told), index=known.index).reindex(rows.index)

    def predict_new(self, n_customers: int = 1, *, as_of: datetime | str | None = None) -> dict[str, float]:
        """Expects what new customers will be worth within the horizon, their first order aside.

        Parameters
        ----------
        n_customers : int, default 1
            How many.
        as_of : datetime or str, optional
            The day of their first order, where there is a season; by default the moment of fitting.

        Returns
        -------
        dict of str to float
            "expected_orders" after the first, and "expected_money" of these; NaN where no order has a price.

        Raises
        ------
        UnfittedScorerError
            When the model was not fitted.

        Notes
        -----
        What the process expects of someone of whom nothing but the first order is known, on the level of all members.
        """
        if not hasattr(self, "members_"):
            raise UnfittedScorerError(type(self).__name__)
        moment = self.as_of_ if as_of is None else pd.Timestamp(as_of)
        began = np.array([moment.as_unit("ns").value // NANOSECONDS_A_DAY], dtype=np.float64)
        orders = self.members_.process.expected_orders(Histories.new(began), horizon=self.horizon)
        expected = float(n_customers * self.level_ * orders[0])
        unknown = np.zeros(1)
        spend = self.spend_
        worth = np.nan if spend is None else float(spend.expected(orders=unknown, money_per_order=unknown)[0])
        return {"expected_orders": expected, "expected_money": expected * worth}

    def input_schema(self) -> dict[str, Any]:
        """Says which columns a record may carry: kinds, accepted categories and usual ranges.

        Returns
        -------
        dict
            A JSON object, see `salescope.scoring.schema`.
        """
        return value_schema(self.members_)

    def canary_values(self, records: Sequence[Mapping[str, Any]]) -> Floats:
        """Answers records with what a loaded copy must reproduce bit for bit.

        Parameters
        ----------
        records : sequence of mappings, shape (n_records,)
            Rows of `customer_features` as JSON gives them.

        Returns
        -------
        ndarray of float64, shape (n_records, 8)
            The numbers of `predict` but for the date.
        """
        answer = self.predict(records, levels=CANARY_LEVELS)
        return answer.drop(columns=["customer_id", "next_order_at"]).to_numpy(dtype=np.float64)

    def to_bundle(self) -> dict[str, bytes]:
        """Gives everything that was learned as files: JSON and LightGBM text, nothing that runs.

        Returns
        -------
        dict of str to bytes
            The content of each file by its flat name.

        Raises
        ------
        UnfittedScorerError
            When the model was not fitted.
        """
        if not hasattr(self, "members_"):
            raise UnfittedScorerError(type(self).__name__)
        return write_value(self)

    @classmethod
    def from_bundle(cls, files: Mapping[str, bytes]) -> Self:
        """Reads a fitted model back from `to_bundle`; files it does not know are left alone.

        Parameters
        ----------
        files : mapping of str to bytes

        Returns
        -------
        LifetimeValue
            Answers with the same bits as the one that was written.
        """
        return read_value(cls, files)


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=np.float64)
