"""What a purchase process is told of a customer: how often it came back, when last, and for how long it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.frames.errors import MissingColumnError
from salescope.scoring.members import Floats

__all__ = ["NEEDED", "Histories"]

NEEDED = ("as_of", "order_days", "days_since_first_order", "days_first_to_last_order")
NANOSECONDS_A_DAY = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class Histories:
    """Holds the summary of customers' purchases; an order is a calendar day on which a customer bought.

    Parameters
    ----------
    repeats : ndarray of float64, shape (n_customers,)
        x: orders after the first.
    last : ndarray of float64, shape (n_customers,)
        t_x: whole days from the first order to the last; 0 where there was no other.
    age : ndarray of float64, shape (n_customers,)
        T: whole days after the first order that were observed; at least t_x.
    began : ndarray of float64, shape (n_customers,)
        The day of the first order, days since 1970-01-01.

    Examples
    --------
    >>> features = pd.DataFrame({"as_of": pd.to_datetime(["1997-10-01"]), "order_days": 3.0})
    >>> features = features.assign(days_since_first_order=273.0, days_first_to_last_order=90.0)
    >>> told = Histories.from_features(features)
    >>> told.repeats.item(), told.last.item(), told.age.item()
    (2.0, 90.0, 272.0)
    """

    repeats: Floats
    last: Floats
    age: Floats
    began: Floats

    def __len__(self) -> int:
        return len(self.repeats)

    @property
    def now(self) -> Floats:
        """Is the first day that is not observed, days since 1970-01-01."""
        return self.began + 1.0 + self.age

    @classmethod
    def from_features(cls, features: pd.DataFrame) -> Histories:
        """Reads what `salescope.features.customer_features` says of customers that have ordered.

        Parameters
        ----------
        features : DataFrame, shape (n_customers, n_columns)
            "as_of", "order_days" (1 or more), "days_since_first_order" and "days_first_to_last_order".

        Returns
        -------
        Histories

        Raises
        ------
        MissingColumnError
            When a column is missing.

        Notes
        -----
        The day of the first order cannot bring a repeat, nor can a day that has not begun; so a customer known for 273
        days at midnight was observed for 272.
        """
        missing = [name for name in NEEDED if name not in features.columns]
        if missing:
            raise MissingColumnError(missing, where="customer features", present=[str(name) for name in features])
        moment = features["as_of"].to_numpy(dtype="datetime64[ns]").view(np.int64)
        newest = ((moment - 1) // NANOSECONDS_A_DAY).astype(np.float64)
        since = features["days_since_first_order"].to_numpy(dtype=np.float64)
        began = np.rint(moment / NANOSECONDS_A_DAY - since)
        repeats = features["order_days"].to_numpy(dtype=np.float64) - 1.0
        last = features["days_first_to_last_order"].to_numpy(dtype=np.float64)
        return cls(repeats, last, np.maximum(newest - began, last), began)

    @classmethod
    def new(cls, began: Floats) -> Histories:
        """Describes customers right after their first order.

        Parameters
        ----------
        began : ndarray of float64, shape (n_customers,)
            The day of the first order, days since 1970-01-01.

        Returns
        -------
        Histories
        """
        nothing = np.zeros(len(began))
        return cls(nothing, nothing, nothing, began)

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Histories:
        """Gives the histories of some customers.

        Parameters
        ----------
        rows : ndarray of int or bool
            Positions, or which.

        Returns
        -------
        Histories
        """
        return Histories(self.repeats[rows], self.last[rows], self.age[rows], self.began[rows])

    def each_once(self) -> tuple[Histories, npt.NDArray[np.intp]]:
        """Gives each different history once, in an order of content, and where each customer's is among them.

        Returns
        -------
        tuple of (Histories, ndarray of int of shape (n_customers,))
            ``different.take(place)`` is what was given: most of a shop's customers share their history with others.

        Examples
        --------
        >>> twos, day = np.array([2.0, 1.0, 2.0]), np.full(3, 9862.0)
        >>> different, place = Histories(twos, twos, twos, day).each_once()
        >>> different.repeats.tolist(), place.tolist()
        ([1.0, 2.0], [1, 0, 1])
        """
        columns = (self.began, self.age, self.last, self.repeats)
        order = np.lexsort(columns)
        first = np.ones(len(self), dtype=bool)
        first[1:] = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
        place = np.empty(len(self), dtype=np.intp)
        place[order] = np.cumsum(first) - 1
        return self.take(order[first]), place

    def grouped(self) -> tuple[Histories, Floats]:
        """Gives each different history once, in an order of content.

        Returns
        -------
        tuple of (Histories, ndarray of float64 of shape (n_different,))
            The histories, and how many customers have each.
        """
        different, place = self.each_once()
        return different, np.bincount(place, minlength=len(different)).astype(np.float64)
