"""The lead scorer that answers, with what the service must know of its columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from salescope.features.behaviour import KIND_PREFIX, EventLog, behaviour_of
from salescope.scoring.leads import LeadScorer
from salescope.service.live_model import LiveModel, load_live_model

__all__ = ["LiveLeads", "load_live_leads"]

# What is made from a lead's events and age, and so is never sent as a field.
BEHAVIOUR = frozenset(behaviour_of(EventLog.from_records([]), as_of=np.zeros(0, dtype=np.int64), kinds=())) | {
    "days_since_created"
}


@dataclass(frozen=True)
class LiveLeads(LiveModel[LeadScorer]):
    """Holds one loaded lead scorer.

    Parameters
    ----------
    base : float
        The log-odds of the average record, that reasons are told against.
    """

    base: float

    @cached_property
    def columns(self) -> frozenset[str]:
        """Names every column that was seen in training, the unused ones too."""
        return frozenset(self.fitted.columns_)

    @cached_property
    def categories(self) -> dict[str, frozenset[str]]:
        """Gives the categories that each categorical column was seen with."""
        known = {column["name"]: frozenset(column["categories"]) for column in self.schema["columns"]}
        return {name: levels for name, levels in known.items() if levels and not _is_behaviour(name)}

    @cached_property
    def uses_behaviour(self) -> bool:
        """Says whether the model looks at events, or at a lead's age."""
        return any(_is_behaviour(name) for name in self.used)


def load_live_leads(folder: Path) -> LiveLeads:
    """Loads the current lead scorer after every check that there is.

    Parameters
    ----------
    folder : Path
        The folder of its promoted bundles.

    Returns
    -------
    LiveLeads

    Raises
    ------
    NothingPublishedError
        If nothing was promoted yet.
    BundleError
        If the bundle is damaged, or does not reproduce its canary rows.
    """
    loaded = load_live_model(LeadScorer, folder)
    # The base does not depend on the record, so that of a lead of which nothing is known is everybody's.
    base = float(loaded.fitted.contributions([{"lead_id": None}])["base"].iloc[0])
    return LiveLeads(**vars(loaded), base=base)


def _is_behaviour(name: str) -> bool:
    return name in BEHAVIOUR or name.startswith(KIND_PREFIX)
