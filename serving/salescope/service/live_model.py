"""A model that answers: one bundle, loaded, with what the service must know of any kind of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from salescope.bundle import CARD, SCHEMA, Fitted, load_as, parse_json
from salescope.registry.published import load_current

__all__ = ["LiveModel", "load_live_model"]

Model = TypeVar("Model", bound=Fitted)


@dataclass(frozen=True)
class LiveModel(Generic[Model]):
    """Holds one loaded bundle; a call takes it once and answers wholly from it.

    Parameters
    ----------
    name : str
        The registered model.
    version : str
        Its version.
    digest : str
        The SHA-256 of the bundle's manifest.
    fitted : Fitted
        What was loaded.
    card : mapping
        What the trainer says of the model.
    schema : mapping
        What a record may carry, see `salescope.scoring.schema`.
    """

    name: str
    version: str
    digest: str
    fitted: Model = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)
    schema: Mapping[str, Any] = field(repr=False)

    @cached_property
    def used(self) -> frozenset[str]:
        """Names the columns that make a difference."""
        return frozenset(column["name"] for column in self.schema["columns"])

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


def load_live_model(kind: type[Model], folder: Path) -> LiveModel[Model]:
    """Loads the current bundle of a model after every check that there is.

    Parameters
    ----------
    kind : type
        The class that the bundle must be of.
    folder : Path
        The folder of the model's promoted bundles; its name is the model's.

    Returns
    -------
    LiveModel

    Raises
    ------
    NothingPublishedError
        If nothing was promoted yet.
    BundleError
        If the bundle is damaged or of another kind, or does not reproduce its canary rows.
    """
    pointed, files = load_current(folder)
    return LiveModel(
        name=folder.name,
        version=pointed.version,
        digest=pointed.digest,
        fitted=load_as(kind, files, digest=pointed.digest),
        card=parse_json(files[CARD], file=CARD),
        schema=parse_json(files[SCHEMA], file=SCHEMA),
    )
