"""Of whom features are wanted, and as of when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from salescope.features.cells import DAY, instant_of
from salescope.features.customer_facts import FACTS, Facts, Instants, instants_of
from salescope.features.customer_names import CodedNames, Positions, sorted_names
from salescope.frames.errors import MissingColumnError, OutOfRangeError

__all__ = ["Moment", "Wanted", "listed_moments", "moment_of"]

Moment = datetime | pd.Timestamp | str

# Sums and differences of moments and windows must stay within 64 bits of nanoseconds, the years 1678 to 2262.
EARLIEST, LATEST = pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Says of whom features are wanted, and as of when.

    Parameters
    ----------
    customer : ndarray of int32, shape (n_rows,)
        Positions of customers; a customer may stand there several times.
    as_of : ndarray of int64, shape (n_rows,)
        The moments, in nanoseconds since 1970, naive.
    at_once : bool, default False
        Whether the rows are all customers, each once in the order of their positions, and all moments are the same.
    """

    customer: Positions
    as_of: Instants
    at_once: bool = False

    @classmethod
    def of_everybody(cls, facts: Facts, *, moment: int) -> Wanted:
        """Wants every customer at one moment, so that a customer's position is its row.

        Parameters
        ----------
        facts : Facts
            Who is known.
        moment : int
            Nanoseconds since 1970, naive.

        Returns
        -------
        Wanted
        """
        customers = len(facts.names)
        return cls(np.arange(customers, dtype=np.int32), np.full(customers, moment, dtype=np.int64), at_once=True)

    def take(self, kept: npt.NDArray[np.bool_]) -> Wanted:
        """Keeps some of the rows.

        Parameters
        ----------
        kept : ndarray of bool, shape (n_rows,)
            Which ones.

        Returns
        -------
        Wanted
        """
        return Wanted(self.customer[kept], self.as_of[kept])

    def relations(self, facts: Facts, *, outcome_window: int = 0) -> dict[str, pa.Table]:
        """Gives the rows as the relation ``wanted`` of the query, and where it is one the moment of all as ``one``.

        Parameters
        ----------
        facts : Facts
            What was told of the customers.
        outcome_window : int, default 0
            How long the outcome window stays open, days.

        Returns
        -------
        dict of str to pyarrow.Table
        """
        columns = {
            "row": np.arange(len(self.customer), dtype=np.int32),
            "customer": self.customer,
            "as_of": self.as_of,
            "closes_at": self.as_of + outcome_window * DAY,
            **{f"knows_{name}": facts.knows[name][self.customer] for name in FACTS},
        }
        return {"wanted": pa.table(columns), "one": pa.table({"as_of": self.as_of[: 1 if self.at_once else 0]})}


def moment_of(as_of: object, *, where: str) -> int:
    """Reads a moment.

    Parameters
    ----------
    as_of : datetime or str
        The moment, naive.
    where : str
        The function it was given to.

    Returns
    -------
    int
        Nanoseconds since 1970.

    Raises
    ------
    OutOfRangeError
        When it is no time, or one that is centuries away.

    Examples
    --------
    >>> moment_of("1970-01-02", where="customer_features")
    86400000000000
    """
    moment = instant_of(as_of)
    if not EARLIEST.value <= moment <= LATEST.value:
        raise OutOfRangeError(as_of, name="as_of", where=where, least=f"{EARLIEST:%Y-%m-%d}, at most {LATEST:%Y-%m-%d}")
    return moment


def listed_moments(asked: pd.DataFrame, *, only: pa.Array | None) -> tuple[pa.Array, Wanted]:
    """Reads a list of customers and moments: each pair once, sorted.

    Parameters
    ----------
    asked : DataFrame, shape (n_wanted, 2)
        "customer_id" and "as_of".
    only : pyarrow.Array of large_string, optional
        The customers whose pairs count; by default all.

    Returns
    -------
    tuple of (pyarrow.Array of large_string, Wanted)
        The customers in the order of their positions, and what is wanted of them.

    Raises
    ------
    MissingColumnError
        When one of the columns is missing.
    OutOfRangeError
        When a moment cannot be meant.
    """
    missing = [name for name in ("customer_id", "as_of") if name not in asked.columns]
    if missing:
        raise MissingColumnError(missing, where="as_of", present=[str(name) for name in asked.columns])
    moments = instants_of(asked["as_of"])
    for extreme in np.unique(moments)[[0, -1]] if len(moments) else ():
        moment_of(np.datetime64(int(extreme), "ns"), where="customer_features")
    whose = CodedNames.from_column(asked["customer_id"])
    names = sorted_names(whose.words) if only is None else only
    pairs = pd.DataFrame({"customer": whose.positions(names), "as_of": moments})
    pairs = pairs[pairs["customer"] >= 0].drop_duplicates().sort_values(["customer", "as_of"])
    return names, Wanted(pairs["customer"].to_numpy(), pairs["as_of"].to_numpy())
