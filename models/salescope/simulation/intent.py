"""Intent: the hidden wish to buy behind a lead, the behaviour it causes, and what behaviour tells about it.

A lead has an intent ``z``, standard normal. It is won with probability ``sigmoid(base + WEIGHT z)``. While it is open,
each kind of behaviour happens by a Poisson process of rate ``rate * exp(pull * z) / (1 + age / COOLING_DAYS)`` a day,
and how long it stays open depends on its outcome. So the chance, given all that was known at a moment, is an integral
over ``z`` alone, which a grid gives to many digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from salescope.simulation.period import Floats, Ints

__all__ = [
    "COOLING_DAYS",
    "KINDS",
    "WEIGHT",
    "Behaviour",
    "Evidence",
    "Kind",
    "draw_outcomes",
    "exposure",
    "probability_given",
    "survival",
]


class Kind(NamedTuple):
    """Is one kind of behaviour.

    Parameters
    ----------
    name : str
        Its name in the table.
    channel : str
        The channel it comes through.
    rate : float
        Times a day for a fresh lead of intent zero.
    pull : float
        Effect of the intent on the log of the rate.
    """

    name: str
    channel: str
    rate: float
    pull: float


KINDS = (
    Kind("email_open", "mail", 0.11, 0.45),
    Kind("email_click", "mail", 0.035, 0.85),
    Kind("web_visit", "web", 0.09, 0.65),
    Kind("pricing_page", "web", 0.018, 1.1),
    Kind("download", "web", 0.014, 0.8),
    Kind("call", "phone", 0.035, 0.35),
    Kind("meeting", "field", 0.009, 1.2),
    Kind("unsubscribe", "mail", 0.003, -1.3),
)
WEIGHT = 1.2
COOLING_DAYS = 14.0
MAIL_WITHOUT_CONSENT = 0.12
SHORTEST_DAYS = 0.25
DAYS_SCALE = np.array([36.0, 25.0])
GRID = np.linspace(-6.0, 6.0, 161)
ROWS_AT_ONCE = 8_192


class Behaviour(NamedTuple):
    """Holds the constants of all kinds as arrays of shape ``(n_kinds,)``.

    Parameters
    ----------
    rate, pull : ndarray of float
        As in `Kind`.
    mail : ndarray of bool
        Whether consent matters.
    """

    rate: Floats
    pull: Floats
    mail: np.ndarray

    @classmethod
    def of_all(cls) -> Behaviour:
        """Is the behaviour of every kind in `KINDS`.

        Returns
        -------
        Behaviour
            The constants.
        """
        return cls(
            rate=np.array([kind.rate for kind in KINDS]),
            pull=np.array([kind.pull for kind in KINDS]),
            mail=np.array([kind.channel == "mail" for kind in KINDS]),
        )

    def rates(self, opted_in: np.ndarray) -> Floats:
        """Computes each lead's rates at an intent of zero.

        Parameters
        ----------
        opted_in : ndarray of bool, shape (n_leads,)
            Whether messages may be sent.

        Returns
        -------
        ndarray of float, shape (n_leads, n_kinds)
            Times a day for a fresh lead.
        """
        allowed = np.where(opted_in, 1.0, MAIL_WITHOUT_CONSENT)[:, None]
        return np.asarray(self.rate * np.where(self.mail, allowed, 1.0))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Holds all that is known about open leads at a moment, as arrays of shape ``(n_leads,)``.

    Parameters
    ----------
    base : ndarray of float
        Log-odds at an intent of zero: attributes, owner and the time of creation.
    age : ndarray of float
        Days since creation.
    speed : ndarray of float
        Factor on the days until the outcome.
    opted_in : ndarray of bool
        Whether messages may be sent.
    counts : ndarray of int, shape (n_leads, n_kinds)
        How often each kind of behaviour was seen since creation.
    """

    base: Floats
    age: Floats
    speed: Floats
    opted_in: np.ndarray
    counts: Ints


def exposure(age: Floats) -> Floats:
    """Computes how much of its behaviour a lead shows up to an age.

    Parameters
    ----------
    age : ndarray of float, shape (n_leads,)
        Days since creation.

    Returns
    -------
    ndarray of float, shape (n_leads,)
        Days at the rate of a fresh lead.
    """
    return np.asarray(COOLING_DAYS * np.log1p(age / COOLING_DAYS))


def survival(age: Floats, *, won: int, speed: Floats) -> Floats:
    """Computes the chance that a lead of a known outcome is still open at an age.

    Parameters
    ----------
    age : ndarray of float, shape (n_leads,)
        Days since creation.
    won : {0, 1}
        The outcome it will have.
    speed : ndarray of float, shape (n_leads,)
        Factor on the days until the outcome.

    Returns
    -------
    ndarray of float, shape (n_leads,)
        The chance: a quarter of a day plus a gamma of shape two.
    """
    x = np.maximum(age - SHORTEST_DAYS, 0.0) / (DAYS_SCALE[won] * speed)
    return np.asarray((1 + x) * np.exp(-x))


def draw_outcomes(base: Floats, *, speed: Floats, rng: np.random.Generator) -> tuple[Floats, np.ndarray, Floats]:
    """Draws intent, outcome and the days until it.

    Parameters
    ----------
    base : ndarray of float, shape (n_leads,)
        Log-odds at an intent of zero.
    speed : ndarray of float, shape (n_leads,)
        Factor on the days until the outcome.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    tuple of (ndarray of float, ndarray of bool, ndarray of float), each of shape (n_leads,)
        Intent, whether it is won, and the days it stays open.
    """
    intent = rng.standard_normal(base.size)
    won = rng.random(base.size) < 1 / (1 + np.exp(-base - WEIGHT * intent))
    days = SHORTEST_DAYS + rng.gamma(2.0, 1.0, base.size) * DAYS_SCALE[won.astype(np.int64)] * speed
    return intent, won, days


def probability_given(evidence: Evidence) -> Floats:
    """Computes the true chance of winning, given all that is known and that the lead is still open.

    Parameters
    ----------
    evidence : Evidence
        What is known.

    Returns
    -------
    ndarray of float, shape (n_leads,)
        The probability.
    """
    answer = np.empty(evidence.base.size)
    for first in range(0, answer.size, ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        answer[rows] = posterior(evidence, rows=rows)
    return answer


def posterior(evidence: Evidence, *, rows: slice) -> Floats:
    """Integrates over the intent for some leads.

    Parameters
    ----------
    evidence : Evidence
        What is known.
    rows : slice
        Which leads.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        The probability.

    Notes
    -----
    ``p(z | counts) ~ exp(-z²/2 + z Σ counts·pull - exposure Σ rate·exp(pull·z))``; behaviour depends on the outcome
    through the intent alone, and on top the chance to be open still differs between outcomes.
    """
    behaviour = Behaviour.of_all()
    load = exposure(evidence.age[rows])[:, None] * behaviour.rates(evidence.opted_in[rows])
    log_weight = (
        -(GRID**2) / 2
        + (evidence.counts[rows] @ behaviour.pull)[:, None] * GRID
        - load @ np.exp(behaviour.pull[:, None] * GRID)
    )
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    chance = 1 / (1 + np.exp(-evidence.base[rows, None] - WEIGHT * GRID))
    age, speed = evidence.age[rows], evidence.speed[rows]
    won = (weight * chance).sum(axis=1) * survival(age, won=1, speed=speed)
    lost = (weight * (1 - chance)).sum(axis=1) * survival(age, won=0, speed=speed)
    return np.asarray(won / (won + lost))
