"""Tiers of customers by recency, frequency and money, with cut points that stay where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from salescope.features.cells import number_of
from salescope.frames.errors import MisalignedError, MissingColumnError, UnknownNameError
from salescope.scoring.door import UnfittedScorerError
from salescope.scoring.members import Floats
from salescope.scoring.tiers import TIERS, tier_names, tiers_of, value_of

__all__ = ["Segmenter"]

FORM = 1
FILE = "segmenter.json"
SCORED = ("recency", "frequency", "money")
SHARES = (0.2, 0.4, 0.6, 0.8)
SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


class Segmenter(BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """Puts customers into tiers: champions, loyal, promising, new, at risk, sleeping, lost.

    Parameters
    ----------
    cuts : mapping of str to sequence of four float, optional
        Cut points set by hand, for "recency", "frequency" or "money": the highest values of the lowest four fifths,
        rising, in the unit of the column. What is not set is learned.
    recency, frequency, money, first_order : str
        The columns of `salescope.features.customer_features` that are read: days since the last order, orders, money,
        and days since the first order.
    new_within : float, default 90
        Days since the first order within which a customer of low or middle value is new.

    Attributes
    ----------
    cuts_ : dict of str to ndarray of float64, shape (4,), or None
        The cut points by score; None where nothing was known to learn them from.

    Notes
    -----
    Learned cut points are the fifths of the customers at `fit` whose frequency is above 0, each a value that one of
    them had: however many have not ordered for a year, one order does not become frequent by them. The points are
    kept, so that afterwards a customer moves because it changed and not because others did. A value equal to several
    of them gets the middle of the fifths it fills: where all are equal everybody has 3. Fewer days are the better
    recency, so its score is turned round. For the tiers see `salescope.scoring.tiers`.

    Examples
    --------
    >>> features = pd.DataFrame({"customer_id": list("abcde"), "days_since_last_order": [3.0, 20, 50, 100, 300]})
    >>> features = features.assign(orders_365d=[9.0, 4, 2, 5, 1], money_365d=[900.0, 300, 80, 500, 20])
    >>> features = features.assign(days_since_first_order=[400.0, 350, 50, 700, 900])
    >>> segments = Segmenter().fit(features).predict(features)
    >>> segments[["customer_id", "recency_score", "frequency_score", "money_score", "tier"]].to_numpy().tolist()[:2]
    [['a', 5, 5, 5, 'champions'], ['b', 4, 3, 3, 'loyal']]
    >>> segments["tier_name"].tolist()
    ['Champions', 'Loyal', 'New', 'At risk', 'Lost']
    """

    kind: ClassVar[str] = "segmenter"

    def __init__(
        self,
        *,
        cuts: Mapping[str, Sequence[float]] | None = None,
        recency: str = "days_since_last_order",
        frequency: str = "orders_365d",
        money: str = "money_365d",
        first_order: str = "days_since_first_order",
        new_within: float = 90.0,
    ) -> None:
        self.cuts = cuts
        self.recency = recency
        self.frequency = frequency
        self.money = money
        self.first_order = first_order
        self.new_within = new_within

    def fit(self, X: pd.DataFrame) -> Self:
        """Learns the cut points that were not set by hand.

        Parameters
        ----------
        X : DataFrame, shape (n_customers, n_columns)
            Features of customers at one moment; it is not changed.

        Returns
        -------
        Segmenter

        Raises
        ------
        MissingColumnError
            When a column is missing.
        UnknownNameError
            When cut points are set for something else.
        MisalignedError
            When cut points are not four rising numbers.
        """
        given = dict(self.cuts or {})
        for name in given:
            if name not in SCORED:
                raise UnknownNameError(name, what="score", where="cuts", accepted=SCORED)
        columns = self._columns(X)
        buying = columns["frequency"] > 0
        if buying.any():
            columns = {name: values[buying] for name, values in columns.items()}
        self.cuts_ = {
            name: _checked(given[name], name=name) if name in given else _fifths(columns[name]) for name in SCORED
        }
        return self

    def _columns(self, X: pd.DataFrame) -> dict[str, Floats]:
        names = {name: getattr(self, name) for name in (*SCORED, "first_order")}
        missing = [column for column in names.values() if column not in X.columns]
        if missing:
            raise MissingColumnError(missing, where="customer features", present=[str(name) for name in X.columns])
        return {name: _numbers(X[column]) for name, column in names.items()}

    def _placed(self, columns: Mapping[str, Floats]) -> Floats:
        """Gives the scores of recency, frequency and money, and the position of the tier, shape (n_customers, 4)."""
        if not hasattr(self, "cuts_"):
            raise UnfittedScorerError(type(self).__name__)
        fifths = {name: _score(columns[name], cuts=self.cuts_[name]) for name in SCORED}
        recency = 6.0 - fifths["recency"]
        is_new = columns["first_order"] <= self.new_within
        tier = tiers_of(recency, value_of(fifths["frequency"], fifths["money"]), is_new=is_new)
        return np.column_stack([recency, fifths["frequency"], fifths["money"], tier])

    def predict(self, X: pd.DataFrame, *, language: str = "en") -> pd.DataFrame:
        """Puts customers into tiers.

        Parameters
        ----------
        X : DataFrame, shape (n_customers, n_columns)
            "customer_id" and the features; it is not changed. Other customers do not matter.
        language : {"en", "zh"}, default "en"
            The language of the tiers' names.

        Returns
        -------
        DataFrame, shape (n_customers, 6)
            "customer_id", "recency_score", "frequency_score", "money_score" (1 to 5, 5 is best; missing where not
            known), "tier" (a key of `salescope.scoring.tiers.TIERS`) and "tier_name".

        Raises
        ------
        UnfittedScorerError
            When nothing was learned yet.
        MissingColumnError
            When a column is missing.
        UnknownNameError
            When the language is not known.
        """
        names = tier_names(language)
        placed = self._placed(self._columns(X))
        if "customer_id" not in X.columns:
            raise MissingColumnError(
                ["customer_id"], where="customer features", present=[str(name) for name in X.columns]
            )
        answer = pd.DataFrame({"customer_id": X["customer_id"]}, index=X.index)
        for name, scores in zip(SCORED, placed.T, strict=False):
            answer[f"{name}_score"] = pd.array(scores, dtype=pd.Float64Dtype()).astype("Int64")
        tiers = [list(TIERS)[int(place)] for place in placed[:, 3]]
        answer["tier"] = pd.Series(tiers, index=X.index, dtype=TEXT)
        answer["tier_name"] = pd.Series([names[tier] for tier in tiers], index=X.index, dtype=TEXT)
        return answer

    def input_schema(self) -> dict[str, Any]:
        """Says which columns a record may carry.

        Returns
        -------
        dict
            A JSON object, see `salescope.scoring.schema`; the usual range of a column is from its first to its last
            cut point.
        """
        if not hasattr(self, "cuts_"):
            raise UnfittedScorerError(type(self).__name__)
        columns = [_described(getattr(self, name), self.cuts_.get(name)) for name in (*SCORED, "first_order")]
        return {
            "columns": columns,
            "ignored": {},
            "example": {column["name"]: column["example"] for column in columns},
        }

    def canary_values(self, records: Sequence[Mapping[str, Any]]) -> Floats:
        """Answers records with what a loaded copy must reproduce bit for bit.

        Parameters
        ----------
        records : sequence of mappings, shape (n_records,)
            Features of customers by name, as JSON gives them.

        Returns
        -------
        ndarray of float64, shape (n_records, 4)
            The three scores, NaN where not known, and the position of the tier.
        """
        columns = {
            name: np.array([number_of(record.get(getattr(self, name))) for record in records], dtype=np.float64)
            for name in (*SCORED, "first_order")
        }
        return self._placed(columns)

    def to_bundle(self) -> dict[str, bytes]:
        """Gives the cut points and settings as JSON.

        Returns
        -------
        dict of str to bytes
            The content of each file by its flat name.
        """
        schema = self.input_schema()
        settings = {name: value for name, value in self.get_params(deep=False).items() if name != "cuts"}
        given = {name: [float(cut) for cut in cuts] for name, cuts in (self.cuts or {}).items()}
        learned = {name: None if cuts is None else cuts.tolist() for name, cuts in self.cuts_.items()}
        state = {"form": FORM, "settings": {**settings, "cuts": given or None}, "cuts": learned}
        return {FILE: _json(state), "schema.json": _json(schema)}

    @classmethod
    def from_bundle(cls, files: Mapping[str, bytes]) -> Self:
        """Reads a fitted segmenter back from `to_bundle`; files it does not know are left alone.

        Parameters
        ----------
        files : mapping of str to bytes

        Returns
        -------
        Segmenter
        """
        state = json.loads(files[FILE])
        segmenter = cls(**state["settings"])
        segmenter.cuts_ = {
            name: None if state["cuts"][name] is None else np.array(state["cuts"][name], dtype=np.float64)
            for name in SCORED
        }
        return segmenter


def _numbers(column: pd.Series) -> Floats:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    # What is not finite is missing, as it is in records.
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _fifths(values: Floats) -> Floats | None:
    known = values[~np.isnan(values)]
    return np.asarray(np.quantile(known, SHARES, method="inverted_cdf")) if known.size else None


def _checked(cuts: Sequence[float], *, name: str) -> Floats:
    numbers = np.array([number_of(cut) for cut in cuts], dtype=np.float64)
    if numbers.shape != (4,) or not (np.diff(numbers) > 0).all():
        raise MisalignedError("cuts", found=f"{list(cuts)!r} for {name!r}", accepted="four rising numbers")
    return numbers


def _score(values: Floats, *, cuts: Floats | None) -> Floats:
    if cuts is None:
        return np.full(len(values), np.nan)
    low, high = (np.searchsorted(cuts, values, side=side) for side in SIDES)
    return np.where(np.isnan(values), np.nan, 1.0 + (low + high) // 2)


def _described(column: str, cuts: Floats | None) -> dict[str, Any]:
    return {
        "name": column,
        "label": None,
        "kind": "number",
        "categories": [],
        "usual": None if cuts is None else [float(cuts[0]), float(cuts[3])],
        "example": 180.0 if cuts is None else float(cuts[1]),
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, sort_keys=True).encode()
