"""Customers: who they are, how often each buys, and when each leaves (Pareto/NBD)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salescope.simulation.labels import labelled, numbered
from salescope.simulation.period import Floats, Ints, Period
from salescope.simulation.representatives import REGIONS, SalesForce

__all__ = ["SEGMENTS", "CustomerBook", "customers_table", "draw_customers"]

SEGMENTS = ("key account", "mid-market", "small business")
SEGMENT_SHARE = [0.05, 0.3, 0.65]
SEGMENT_RATE = np.array([3.0, 1.5, 0.7])
SEGMENT_SIZE = np.array([4.0, 1.8, 0.8])
REGION_SHARE = [0.26, 0.22, 0.2, 0.18, 0.14]
INDUSTRIES = ("construction", "retail", "manufacturing", "services", "public", "logistics")
CONTRACTS = ("annual", "monthly", "none")
TERMS = np.array([14.0, 30.0, 60.0])
BEFORE_START = 0.6
LONGEST_BEFORE = 1_500.0
DEATH_SHAPE, DEATH_SCALE = 1.5, 900.0
RATE_SHAPE = 0.9


@dataclass(frozen=True, slots=True)
class CustomerBook:
    """Holds the customers as arrays of shape ``(n_customers,)``.

    Parameters
    ----------
    since : ndarray of float
        Day of the first purchase, days since the start; negative before it.
    died : ndarray of float
        Day from which the customer never buys again; may lie after the end.
    rate : ndarray of float
        Orders a day at a demand factor of one, while alive.
    death_rate : ndarray of float
        Leaving a day, while alive.
    size : ndarray of float
        Factor on the pieces of a line.
    owner, segment, industry, contract, terms : ndarray of int
        Positions of the representative, in `SEGMENTS`, `INDUSTRIES`, `CONTRACTS` and the payment terms.
    lateness : ndarray of float
        Days that payments of this customer are late on average.
    """

    since: Floats
    died: Floats
    rate: Floats
    death_rate: Floats
    size: Floats
    owner: Ints
    segment: Ints
    industry: Ints
    contract: Ints
    terms: Ints
    lateness: Floats

    @property
    def names(self) -> pd.api.extensions.ExtensionArray:
        """Is the key of every customer."""
        return numbered("C", np.arange(1, self.since.size + 1), width=6)

    def without(self, customer: int, *, since: float) -> CustomerBook:
        """Lets one customer leave on a given day.

        Parameters
        ----------
        customer : int
            Position of the customer.
        since : float
            The day, days since the start.

        Returns
        -------
        CustomerBook
            The book with that customer gone.
        """
        died = self.died.copy()
        died[customer] = since
        return replace(self, died=died)


def draw_customers(n: int, *, force: SalesForce, period: Period, rng: np.random.Generator) -> CustomerBook:
    """Draws the customers.

    Parameters
    ----------
    n : int
        How many in the whole history; sixty in a hundred were there before it.
    force : SalesForce
        The representatives; a customer belongs to one of its own region.
    period : Period
        The history.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    CustomerBook
        The customers; `rate` is not yet scaled to the wished count of order lines.

    Notes
    -----
    Purchase and death rates are gamma distributed as in Schmittlein, Morrison and Colombo, "Counting Your Customers",
    Management Science 33 (1987). Whoever was there before the start is alive at the start, and leaves after it at the
    customer's own rate: an exponential lifetime has no memory.
    """
    segment = rng.choice(len(SEGMENTS), n, p=SEGMENT_SHARE)
    since = np.where(
        rng.random(n) < BEFORE_START, -rng.uniform(1, LONGEST_BEFORE, n), rng.uniform(0, period.days - 1, n)
    )
    since = np.floor(since)
    death_rate = rng.gamma(DEATH_SHAPE, 1 / DEATH_SCALE, n)
    lifetime = 1 + rng.exponential(1.0, n) / death_rate
    return CustomerBook(
        since=since,
        died=np.floor(np.maximum(since, 0.0) + lifetime),
        rate=rng.gamma(RATE_SHAPE, 1 / RATE_SHAPE, n) * SEGMENT_RATE[segment] + 1e-4,
        death_rate=death_rate,
        size=SEGMENT_SIZE[segment] * rng.lognormal(0.0, 0.4, n),
        owner=owners_of(rng.choice(len(REGIONS), n, p=REGION_SHARE), force=force, rng=rng),
        segment=segment,
        industry=rng.integers(0, len(INDUSTRIES), n),
        contract=rng.choice(len(CONTRACTS), n, p=[0.3, 0.2, 0.5]),
        terms=rng.choice(len(TERMS), n, p=[0.3, 0.5, 0.2]),
        lateness=rng.gamma(0.8, 9.0, n),
    )


def owners_of(region: Ints, *, force: SalesForce, rng: np.random.Generator) -> Ints:
    """Draws a representative of the same region for everyone.

    Parameters
    ----------
    region : ndarray of int, shape (n_rows,)
        Positions in `REGIONS`.
    force : SalesForce
        The representatives.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        Positions of representatives.
    """
    by_region = np.argsort(force.region, kind="stable")
    first = np.searchsorted(force.region[by_region], np.arange(len(REGIONS) + 1))
    chosen = first[region] + np.floor(rng.random(region.size) * np.diff(first)[region]).astype(np.int64)
    return np.asarray(by_region[chosen])


def customers_table(book: CustomerBook, *, force: SalesForce, period: Period) -> pd.DataFrame:
    """Writes the table ``customers`` of the contract.

    Parameters
    ----------
    book : CustomerBook
        The customers.
    force : SalesForce
        The representatives, for the region.
    period : Period
        The history.

    Returns
    -------
    DataFrame, shape (n_customers, 10)
        One row a customer. Only who has a contract is known to have left; for the others ``churned`` is missing.
    """
    bound = book.contract != CONTRACTS.index("none")
    left = bound & (book.died < period.days)
    return pd.DataFrame(
        {
            "customer_id": book.names,
            "since": period.moments(book.since),
            "region": labelled(REGIONS, force.region[book.owner]),
            "segment": labelled(SEGMENTS, book.segment),
            "owner": force.names.take(book.owner),
            "industry": labelled(INDUSTRIES, book.industry),
            "contract": labelled(CONTRACTS, book.contract),
            "payment_terms": TERMS[book.terms],
            "churned": pd.Series(left).astype("boolean").where(bound),
            "churned_at": period.moments(np.where(left, book.died, np.nan)),
        }
    )
