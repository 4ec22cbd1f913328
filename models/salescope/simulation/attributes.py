"""Attributes of leads: what is known when a lead is created, and what each of them does to the chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from salescope.simulation.labels import labelled
from salescope.simulation.period import Floats, Ints

__all__ = ["Choice", "LeadAttributes", "draw_attributes"]


class Choice(NamedTuple):
    """Is one value of a category: how common it is, and what it adds to the log-odds.

    Parameters
    ----------
    share : float
        Its share.
    effect : float
        What it adds to the log-odds.
    """

    share: float
    effect: float


SOURCES = {
    "referral": Choice(0.11, 0.9),
    "partner": Choice(0.12, 0.45),
    "web form": Choice(0.28, 0.1),
    "trade show": Choice(0.14, 0.0),
    "paid search": Choice(0.17, -0.35),
    "social": Choice(0.1, -0.8),
    "cold call": Choice(0.08, -1.0),
}
INDUSTRIES = {
    "construction": Choice(0.2, 0.35),
    "manufacturing": Choice(0.18, 0.3),
    "logistics": Choice(0.12, 0.15),
    "services": Choice(0.15, -0.1),
    "retail": Choice(0.13, -0.15),
    "public": Choice(0.08, -0.45),
    "health": Choice(0.08, 0.0),
    "education": Choice(0.06, -0.5),
}
LEVELS = {
    "Chief": Choice(0.05, 0.55),
    "Vice President": Choice(0.08, 0.5),
    "Director": Choice(0.15, 0.35),
    "Head": Choice(0.17, 0.3),
    "Manager": Choice(0.3, 0.0),
    "Specialist": Choice(0.18, -0.35),
    "Intern": Choice(0.07, -1.1),
}
FUNCTIONS = ("Procurement", "Operations", "Finance", "Maintenance", "Projects", "Technology", "Logistics", "Quality")
BUDGETS = {"yes": Choice(0.28, 0.5), "no": Choice(0.37, -0.35), "": Choice(0.35, -0.05)}
NOTES = {
    "asked for a quote": Choice(0.11, 0.6),
    "wants a demonstration": Choice(0.09, 0.45),
    "comparing three vendors": Choice(0.12, 0.05),
    "call back next quarter": Choice(0.1, -0.35),
    "only collecting brochures": Choice(0.1, -0.75),
    "student project": Choice(0.03, -1.5),
    "": Choice(0.45, 0.0),
}
ASKERS = ("Ms Adler", "Mr Baum", "Ms Chen", "Mr Dorn", "Ms Engel", "Mr Fischer", "Ms Gupta", "Mr Huang", "Ms Ito")
PLACES = ("at the fair", "by phone", "after the webinar", "through the web form", "at their site", "by mail")
WITHOUT_CAMPAIGN = ("referral", "cold call")
LEADS_A_CAMPAIGN = 40
TYPICAL_EMPLOYEES = 60.0
BEST_AGE = 11.0
STRENGTH = 1.2


@dataclass(frozen=True, slots=True)
class LeadAttributes:
    """Holds attributes and what they add to the log-odds.

    Parameters
    ----------
    frame : DataFrame, shape (n_leads, 12)
        The columns, missing values included.
    effect : ndarray of float, shape (n_leads,)
        Sum of their effects; a function of `frame` alone, since a missing value has an effect of its own.
    opted_in : ndarray of bool, shape (n_leads,)
        Whether messages may be sent, which sets how often mail is opened.
    """

    frame: pd.DataFrame
    effect: Floats
    opted_in: np.ndarray


def pick(choices: Mapping[str, Choice], *, n: int, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Draws values of a category.

    Parameters
    ----------
    choices : mapping of str to Choice
        The values.
    n : int
        How many to draw.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    tuple of (ndarray of int, ndarray of float), each of shape (n,)
        Positions in `choices`, and effects.
    """
    share = np.array([choice.share for choice in choices.values()])
    codes = rng.choice(len(choices), n, p=share / share.sum())
    return codes, np.array([choice.effect for choice in choices.values()])[codes]


def draw_company(n: int, *, warm: np.ndarray, rng: np.random.Generator) -> tuple[pd.DataFrame, Floats]:
    """Draws the company behind each lead: size, revenue, age.

    Parameters
    ----------
    n : int
        How many.
    warm : ndarray of bool, shape (n,)
        Whether the lead came by referral or a partner: then size counts more.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    tuple of (DataFrame, shape (n, 3); ndarray of float, shape (n,))
        Columns and their effects. Revenue follows the number of employees and adds nothing to it; the age is best in
        the middle.
    """
    employees = np.ceil(TYPICAL_EMPLOYEES * rng.lognormal(0.0, 1.4, n))
    revenue = np.round(employees * rng.lognormal(11.5, 0.5, n), -3)
    age = np.floor(rng.gamma(1.6, 10.0, n))
    unknown = rng.random(n) < np.where(warm, 0.05, 0.18)
    size = np.tanh(np.log(employees / TYPICAL_EMPLOYEES) / 1.3) * np.where(warm, 1.1, 0.4)
    middle = -0.4 * np.minimum((np.log1p(age) - np.log1p(BEST_AGE)) ** 2, 3.0)
    frame = pd.DataFrame(
        {
            "employees": np.where(unknown, np.nan, employees),
            "annual_revenue": np.where(rng.random(n) < 0.35, np.nan, revenue),
            "company_age": age,
        }
    )
    # An unknown size has an effect of its own; a revenue that is known where the size is not adds nothing.
    return frame, np.where(unknown, -0.25, size) + middle


def draw_campaigns(source: Ints, *, rng: np.random.Generator) -> tuple[pd.api.extensions.ExtensionArray, Floats]:
    """Draws the campaign of every lead that came through one: many levels, a few of them good.

    Parameters
    ----------
    source : ndarray of int, shape (n_leads,)
        Positions in `SOURCES`.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    tuple of (ExtensionArray, ndarray of float), each of shape (n_leads,)
        Names, and effects drawn from a normal of deviation 0.4.
    """
    count = max(len(SOURCES), source.size // LEADS_A_CAMPAIGN)
    effect = rng.normal(0.0, 0.4, count)
    number = np.minimum((count * rng.beta(1.0, 1.8, source.size)).astype(np.int64), count - 1)
    outside = np.isin(source, [list(SOURCES).index(name) for name in WITHOUT_CAMPAIGN])
    names = [f"CMP-{code + 1:04d}" for code in range(count)]
    return labelled(names, np.where(outside, -1, number)), np.where(outside, 0.0, effect[number])


def draw_notes(n: int, *, rng: np.random.Generator) -> tuple[pd.Series, Floats]:
    """Draws what somebody typed about each lead: nearly every text differs, the phrase in it carries the signal.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    tuple of (Series, ndarray of float), each of shape (n,)
        Texts, missing in nearly half of the leads, and effects.
    """
    phrase, effect = pick(NOTES, n=n, rng=rng)
    asker, place, extension = (
        rng.integers(len(ASKERS), size=n),
        rng.integers(len(PLACES), size=n),
        rng.integers(100, 999, n),
    )
    words = pd.Series(labelled(ASKERS, asker)) + " " + pd.Series(labelled(list(NOTES), phrase)) + " "
    text = words + pd.Series(labelled(PLACES, place)) + ", extension " + pd.Series(extension).astype(words.dtype)
    return text.where(phrase != list(NOTES).index("")), effect


def draw_attributes(n: int, *, rng: np.random.Generator) -> LeadAttributes:
    """Draws the attributes of leads.

    Parameters
    ----------
    n : int
        How many leads.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    LeadAttributes
        Columns, their effect on the log-odds, and who may be written to.
    """
    source, by_source = pick(SOURCES, n=n, rng=rng)
    industry, by_industry = pick(INDUSTRIES, n=n, rng=rng)
    level, by_level = pick(LEVELS, n=n, rng=rng)
    budget, by_budget = pick(BUDGETS, n=n, rng=rng)
    note, by_note = draw_notes(n, rng=rng)
    company, by_company = draw_company(n, warm=by_source > 0.4, rng=rng)
    campaign, by_campaign = draw_campaigns(source, rng=rng)
    known, opted_in = rng.random(n) < 0.14, rng.random(n) < 0.72
    # A budget counts when somebody stands behind it who may spend it; a known company may even be cold called.
    together = 0.6 * ((by_budget > 0) & (by_level >= 0.3)) + 0.8 * (known & (by_source < -0.9))
    titles = [f"{name} of {function}" for name in LEVELS for function in FUNCTIONS]
    frame = pd.DataFrame(
        {
            "source": labelled(list(SOURCES), source),
            "industry": labelled(list(INDUSTRIES), industry),
            **company,
            "job_title": labelled(titles, level * len(FUNCTIONS) + rng.integers(len(FUNCTIONS), size=n)),
            "campaign": campaign,
            "budget_stated": labelled(["yes", "no"], np.where(budget < 2, budget, -1)),
            "existing_customer": known,
            "opted_in": opted_in,
            "note": note,
        }
    )
    effects = (by_source, by_industry, by_level, by_budget, by_note, by_company, by_campaign, together, 0.5 * known)
    return LeadAttributes(frame=frame, effect=STRENGTH * np.sum(effects, axis=0), opted_in=opted_in)
