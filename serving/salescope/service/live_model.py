"""The model that answers: one bundle, loaded, with what the service must know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from salescope.bundle.scorers import CARD, SCHEMA, load_as
from salescope.bundle.strict_json import parse_json
from salescope.features.behaviour import KIND_PREFIX, EventLog, behaviour_of
from salescope.registry.published import load_current
from salescope.scoring.leads import LeadScorer

__all__ = ["LEADS", "LiveModel", "load_live_model"]

LEADS = "leads"

# What is made from a lead's events and age, and so is never sent as a field.
BEHAVIOUR = frozenset(behaviour_of(EventLog.from_records([]), as_of=np.zeros(0, dtype=np.int64), kinds=())) | {
    "days_since_created"
}


@dataclass(frozen=True)
class LiveModel:
    """Holds one loaded bundle; a call takes it once and answers wholly from it.

    Parameters
    ----------
    name : str
        The registered model.
    version : str
        Its version.
    digest : str
        The SHA-256 of the bundle's manifest.
    scorer : LeadScorer
        The scorer.
    card : mapping
        What the trainer says of the model.
    schema : mapping
        What a record may carry, see `salescope.scoring.schema`.
    base : float
        The log-odds of the average record, that reasons are told against.
    """

    name: str
    version: str
    digest: str
    scorer: LeadScorer = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)
    schema: Mapping[str, Any] = field(repr=False)
    base: float

    @cached_property
    def columns(self) -> frozenset[str]:
        """Names every column that was seen in training, the unused ones too."""
        return frozenset(self.scorer.columns_)

    @cached_property
    def used(self) -> frozenset[str]:
        """Names the columns that make a difference."""
        return frozenset(column["name"] for column in self.schema["columns"])

    @cached_property
    def categories(self) -> dict[str, frozenset[str]]:
        """Gives the categories that each categorical column was seen with."""
        known = {column["name"]: frozenset(column["categories"]) for column in self.schema["columns"]}
        return {name: levels for name, levels in known.items() if levels and not _is_behaviour(name)}

    @cached_property
    def uses_behaviour(self) -> bool:
        """Says whether the model looks at events, or at a lead's age."""
        return any(_is_behaviour(name) for name in self.used)

    @property
    def as_of(self) -> str | None:
        """Says until when the model has learned, as its card has it."""
        found = _part(self.card, "data").get("as_of")
        return None if found is None else str(found)

    @property
    def figures(self) -> dict[str, Any]:
        """Says how good the model was on the newest outcomes."""
        return dict(_part(_part(self.card, "figures"), "newest"))


def _part(card: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Gives a part of a card, empty where a trainer of another version left it out or wrote something else."""
    found = card.get(name)
    return found if isinstance(found, Mapping) else {}


def _is_behaviour(name: str) -> bool:
    return name in BEHAVIOUR or name.startswith(KIND_PREFIX)


def load_live_model(published: Path) -> LiveModel:
    """Loads the current bundle after every check that there is.

    Parameters
    ----------
    published : Path
        The folder of promoted bundles.

    Returns
    -------
    LiveModel

    Raises
    ------
    NothingPublishedError
        If nothing was promoted yet.
    BundleError
        If the bundle is damaged, or does not reproduce its canary rows.
    """
    pointed, files = load_current(published)
    scorer = load_as(LeadScorer, files, digest=pointed.digest)
    return LiveModel(
        name=LEADS,
        version=pointed.version,
        digest=pointed.digest,
        scorer=scorer,
        card=parse_json(files[CARD], file=CARD),
        schema=parse_json(files[SCHEMA], file=SCHEMA),
        # The base does not depend on the record, so that of a lead of which nothing is known is everybody's.
        base=float(scorer.contributions([{"lead_id": None}])["base"].iloc[0]),
    )
