"""Leads: when they come, what they are, how they behave and how they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.simulation.attributes import LeadAttributes, draw_attributes
from salescope.simulation.customers import REGION_SHARE, owners_of
from salescope.simulation.intent import (
    COOLING_DAYS,
    KINDS,
    WEIGHT,
    Behaviour,
    Evidence,
    draw_outcomes,
    exposure,
    probability_given,
)
from salescope.simulation.labels import labelled, numbered
from salescope.simulation.leaks import leaky_columns
from salescope.simulation.period import SECONDS_A_DAY, Floats, Ints, Period
from salescope.simulation.representatives import REGIONS, SalesForce

__all__ = ["LeadBook", "draw_leads", "lead_events_table", "leads_table", "leads_truth"]

BASE_LOG_ODDS = -1.60
DRIFT_A_YEAR = -0.25
YEARLY_SWING = 0.15
OFFICE_HOURS_EFFECT = 0.15
WEEKDAY_SHARE = np.array([0.19, 0.2, 0.19, 0.17, 0.15, 0.06, 0.04])
OUTCOMES = ("open", "lost", "won")


@dataclass(frozen=True, slots=True)
class LeadBook:
    """Holds the leads as arrays of shape ``(n_leads,)``, in the order of creation.

    Parameters
    ----------
    created : ndarray of float
        Days since the start, on whole seconds.
    owner : ndarray of int
        Position of the representative.
    attributes : LeadAttributes
        What is known at creation.
    base : ndarray of float
        Log-odds at an intent of zero.
    speed : ndarray of float
        Factor on the days until the outcome; a function of the source.
    intent : ndarray of float
        The hidden wish to buy.
    won : ndarray of bool
        The outcome it has or will have.
    closes : ndarray of float
        When it has or will have it, days since the start.
    """

    created: Floats
    owner: Ints
    attributes: LeadAttributes
    base: Floats
    speed: Floats
    intent: Floats
    won: np.ndarray
    closes: Floats

    @property
    def names(self) -> pd.api.extensions.ExtensionArray:
        """Is the key of every lead."""
        return numbered("L", np.arange(1, self.created.size + 1), width=6)


def arrivals(n: int, *, period: Period, rng: np.random.Generator) -> Floats:
    """Draws when leads are created: fewer at weekends, mostly in office hours.

    Parameters
    ----------
    n : int
        How many.
    period : Period
        The history.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    ndarray of float, shape (n,)
        Days since the start, ascending, on whole seconds.
    """
    share = WEEKDAY_SHARE[period.dates[: period.days].dayofweek]
    day = rng.choice(period.days, n, p=share / share.sum())
    office = 8 + 10 * rng.beta(2.0, 2.2, n)
    hour = np.where(rng.random(n) < 0.8, office, rng.uniform(0, 24, n))
    return np.sort(np.floor((day + hour / 24) * SECONDS_A_DAY)) / SECONDS_A_DAY


def climate_of(created: Floats, *, period: Period) -> Floats:
    """Computes what the time of creation does to the log-odds: drift, season and office hours.

    Parameters
    ----------
    created : ndarray of float, shape (n_leads,)
        Days since the start.
    period : Period
        The history, for the season.

    Returns
    -------
    ndarray of float, shape (n_leads,)
        The effect; it falls by a quarter a year.
    """
    hour = created % 1 * 24
    day_of_year = created + period.start.dayofyear
    season = YEARLY_SWING * np.sin(2 * np.pi * day_of_year / 365.25)
    office = OFFICE_HOURS_EFFECT * ((hour >= 8) & (hour < 18))
    return np.asarray(DRIFT_A_YEAR * created / 365.25 + season + office)


def draw_leads(n: int, *, force: SalesForce, period: Period, rng: np.random.Generator) -> LeadBook:
    """Draws the leads and their whole lives.

    Parameters
    ----------
    n : int
        How many are created in the history.
    force : SalesForce
        The representatives, who own and influence them.
    period : Period
        The history.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    LeadBook
        The leads.
    """
    created = arrivals(n, period=period, rng=rng)
    attributes = draw_attributes(n, rng=rng)
    owner = owners_of(rng.choice(len(REGIONS), n, p=REGION_SHARE), force=force, rng=rng)
    base = BASE_LOG_ODDS + attributes.effect + force.effect(owner, day=created) + climate_of(created, period=period)
    speed = np.where(attributes.frame["source"].isin(["referral", "partner"]), 0.8, 1.1)
    intent, won, days = draw_outcomes(base, speed=speed, rng=rng)
    return LeadBook(created, owner, attributes, base, speed, intent, won, created + days)


def leads_table(
    book: LeadBook, *, force: SalesForce, period: Period, leaks: Sequence[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Writes the table ``leads`` of the contract.

    Parameters
    ----------
    book : LeadBook
        The leads.
    force : SalesForce
        The representatives.
    period : Period
        The history; whatever closes at its end or later is open.
    leaks : sequence of str
        Columns to add that are known only after the outcome; keys of `salescope.simulation.leaks.LEAKS`.
    rng : numpy.random.Generator
        The stream of amounts and leaks.

    Returns
    -------
    DataFrame, shape (n_leads, 17 + n_leaks)
        One row a lead, in the order of creation.
    """
    closed = book.closes < period.days
    outcome = np.where(closed, 1 + book.won, 0)
    employees = book.attributes.frame["employees"].fillna(60.0).to_numpy()
    amount = np.round(120 * employees**0.6 * rng.lognormal(0.0, 0.7, outcome.size), -1)
    known = {
        "lead_id": book.names,
        "created_at": period.moments(book.created),
        "region": labelled(REGIONS, force.region[book.owner]),
        "owner": force.names.take(book.owner),
        "outcome": labelled(OUTCOMES, outcome),
        "outcome_at": period.moments(np.where(closed, book.closes, np.nan)),
        "amount": np.where(outcome == 2, amount, np.nan),
    }
    frame = pd.concat([pd.DataFrame(known), book.attributes.frame], axis=1)
    return frame.assign(**leaky_columns(leaks, outcome=outcome, rng=rng))


def lead_events_table(book: LeadBook, *, period: Period, rng: np.random.Generator) -> pd.DataFrame:
    """Writes the table ``lead_events`` of the contract.

    Parameters
    ----------
    book : LeadBook
        The leads.
    period : Period
        The history.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    DataFrame, shape (n_events, 4)
        Sorted by moment and lead; every event lies after the lead's creation, before its outcome and before the end.
    """
    behaviour = Behaviour.of_all()
    load = exposure(np.minimum(book.closes, period.days) - book.created)
    rates = behaviour.rates(book.attributes.opted_in) * np.exp(np.outer(book.intent, behaviour.pull))
    count = rng.poisson(load[:, None] * rates)
    lead, kind = np.divmod(np.repeat(np.arange(count.size), count.ravel()), len(KINDS))
    age = COOLING_DAYS * np.expm1(rng.random(lead.size) * load[lead] / COOLING_DAYS)
    at = np.floor((book.created[lead] + age) * SECONDS_A_DAY)
    # Rounding down to seconds can meet the creation or the last second before an outcome within the same second.
    inside = (at > book.created[lead] * SECONDS_A_DAY) & (at < np.floor(book.closes[lead] * SECONDS_A_DAY))
    frame = pd.DataFrame({"lead": lead, "second": at, "kind": kind})[inside]
    frame = frame.sort_values(["second", "lead"], kind="stable").drop_duplicates(["lead", "second"])
    codes = frame["kind"].to_numpy()
    return pd.DataFrame(
        {
            "lead_id": book.names.take(frame["lead"].to_numpy()),
            "at": period.moments((frame["second"].to_numpy() + 0.5) / SECONDS_A_DAY),
            "kind": labelled([kind.name for kind in KINDS], codes),
            "channel": labelled([kind.channel for kind in KINDS], codes),
        }
    )


def leads_truth(book: LeadBook, *, period: Period) -> pd.DataFrame:
    """Writes the truth about every lead.

    Parameters
    ----------
    book : LeadBook
        The leads.
    period : Period
        The history.

    Returns
    -------
    DataFrame, shape (n_leads, 8)
        ``lead_id``; ``base`` (log-odds at an intent of zero), ``intent``, ``speed``; ``probability`` of winning given
        what is known at creation; ``probability_given_intent``; ``won`` and ``closes_at``, the outcome it has or will
        have, open leads included.
    """
    nothing = np.zeros(book.base.size)
    counts = np.zeros((book.base.size, len(KINDS)), dtype=np.int64)
    evidence = Evidence(book.base, nothing, book.speed, book.attributes.opted_in, counts)
    return pd.DataFrame(
        {
            "lead_id": book.names,
            "base": book.base,
            "intent": book.intent,
            "speed": book.speed,
            "probability": probability_given(evidence),
            "probability_given_intent": 1 / (1 + np.exp(-book.base - WEIGHT * book.intent)),
            "won": book.won,
            "closes_at": period.moments(book.closes),
        }
    )
