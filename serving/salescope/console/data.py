"""What the console shows, as plain values, and the door through which it gets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from salescope.console.card import ModelCard
from salescope.store import ForecastPage, ForecastWish, NodeForecast

__all__ = [
    "GRADES",
    "ConsoleData",
    "LeadPage",
    "LeadReason",
    "LeadWish",
    "PastScore",
    "PublishedModel",
    "ScoredLead",
    "Viewer",
]

GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Is somebody who signed in.

    Parameters
    ----------
    key_id : str
        The id of the API key; never its secret.
    label : str
        Whom the key was made for.
    """

    key_id: str
    label: str


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """Is one promoted version of the model.

    Parameters
    ----------
    version : str
        The version, as the registry counts it.
    digest : str
        SHA-256 of the manifest of its bundle.
    card : ModelCard or None
        What the trainer wrote about it; None where the bundle is no longer kept or its card cannot be read.
    """

    version: str
    digest: str
    card: ModelCard | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeadReason:
    """Is one reason of a score.

    Parameters
    ----------
    text : str
        The sentence.
    contribution : float
        What it adds to the log-odds.
    """

    text: str
    contribution: float


@dataclass(frozen=True, slots=True)
class PastScore:
    """Is one answer that was given about a lead.

    Parameters
    ----------
    score : int
        1 to 100.
    grade : str
        A to D.
    version : str
        The version of the model that answered.
    at : datetime
        The instant of the answer, aware.
    """

    score: int
    grade: str
    version: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredLead:
    """Is a lead with the last answer about it.

    Parameters
    ----------
    lead_id : str
        The lead.
    probability : float
        Chance to win, 0 to 1.
    score : int
        1 to 100.
    grade : str
        A to D.
    version : str
        The version of the model that answered.
    as_of : datetime
        The instant that the facts are of, aware.
    at : datetime
        The instant of the answer, aware.
    previous : int or None, default None
        The score before; None where there is none.
    reasons : tuple of LeadReason, default ()
        The strongest first, in the language of the answer; empty where none were asked for.
    history : tuple of PastScore, default ()
        Answers, the newest first; only on a lead's own page.
    """

    lead_id: str
    probability: float
    score: int
    grade: str
    version: str
    as_of: datetime
    at: datetime
    previous: int | None = None
    reasons: tuple[LeadReason, ...] = ()
    history: tuple[PastScore, ...] = ()

    @property
    def change(self) -> int | None:
        """Is the change against the score before; None where there is none.

        Examples
        --------
        >>> from datetime import UTC
        >>> now = datetime(2026, 1, 2, tzinfo=UTC)
        >>> ScoredLead(
        ...     lead_id="L-1", probability=0.3, score=71, grade="B", version="7", as_of=now, at=now, previous=64
        ... ).change
        7
        """
        return None if self.previous is None else self.score - self.previous


@dataclass(frozen=True, slots=True)
class LeadWish:
    """Says which part of the ranking is wanted.

    Parameters
    ----------
    grade : {"A", "B", "C", "D"} or None, default None
        Only leads of this grade; None for all.
    page : int, default 1
        Which page, counted from one.
    size : int, default 25
        Leads on a page.
    """

    grade: str | None = None
    page: int = 1
    size: int = 25


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Holds one page of the ranking.

    Parameters
    ----------
    leads : sequence of ScoredLead
        The page, best first.
    counts : mapping of str to int
        Leads of each grade on all pages, whatever grade was asked for.
    """

    leads: Sequence[ScoredLead]
    counts: Mapping[str, int]

    def total(self, grade: str | None) -> int:
        """Counts the leads of a grade, or all.

        Parameters
        ----------
        grade : str or None
            The grade; None for all.

        Returns
        -------
        int
            Leads.
        """
        return sum(self.counts.values()) if grade is None else self.counts.get(grade, 0)


class ConsoleData(Protocol):
    """Is where the console gets everything from; its methods may wait, and are called off the event loop."""

    def sign_in(self, key: str) -> Viewer | None:
        """Finds who presents an API key; None where it may not open the console."""

    def may_stay(self, viewer: Viewer) -> bool:
        """Says whether a viewer's key still opens the console."""

    def models(self) -> Sequence[PublishedModel]:
        """Lists promoted versions, the current one first; empty where nothing was promoted."""

    def leads(self, wish: LeadWish) -> LeadPage:
        """Ranks the leads by their last answer."""

    def track(self, model: str) -> Mapping[str, Any]:
        """Gives a model's track record of the last year, as `salescope.store.model_record` writes it."""

    def forecasts(self, wish: ForecastWish) -> ForecastPage:
        """Reads one page of published forecasts."""

    def forecast(self, node: str) -> NodeForecast | None:
        """Finds the published forecast of a node; None where there is none."""

    def lead(self, lead_id: str) -> ScoredLead | None:
        """Finds one lead with its history and reasons; None where it was never scored."""
