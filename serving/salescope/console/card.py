"""The model card as far as the console shows it; a card of another shape is shown as none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

__all__ = ["Bin", "ModelCard", "card_of"]

Moment = str | int | float


class Part(BaseModel):
    """Is a part of a card; what the console does not show is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Figures(Part):
    """Holds the metrics of some outcomes; one that cannot be computed is None."""

    auc: float | None
    log_loss: float | None
    calibration_error: float | None
    lift_at_10: float | None


class JudgedOn(Figures):
    """Holds the metrics of the outcomes that its label names."""

    label: str
    n: int


class CardFigures(Part):
    """Holds how the model was judged."""

    newest: Figures
    table: tuple[JudgedOn, ...] = ()
    remark: str = ""


class CardVerdict(Part):
    """Holds whether won and lost were told apart, and the interval of the AUC."""

    signal: bool
    lo_95: float | None
    hi_95: float | None


class CardCalibration(Part):
    """Holds the calibration error and how large noise alone makes it."""

    error: float | None
    p95: float | None


class CardData(Part):
    """Holds what was learned from."""

    rows: int
    won: int
    open: int = 0
    as_of: Moment
    trained_through: Moment = "–"
    digest: str = "–"


class Bin(Part):
    """Is one bin of the reliability plot."""

    n_rows: int
    probability: float
    rate: float
    lo_95: float
    hi_95: float


class CardFinding(Part):
    """Is one finding of the leakage audit."""

    kind: str
    columns: tuple[str, ...]
    evidence: str


class ModelCard(Part):
    """Is a model card.

    Parameters
    ----------
    data, verdict, figures, calibration
        What it learned from, and how it was judged.
    reliability : tuple of Bin, default ()
        The reliability of the newest outcomes.
    importance : dict of str to float, default {}
        Mean size of the contributions of each column, log-odds.
    audit : tuple of CardFinding, default ()
        What the leakage audit found.
    made_with : str, default "–"
        The program that made it.
    """

    data: CardData
    verdict: CardVerdict
    figures: CardFigures
    calibration: CardCalibration
    reliability: tuple[Bin, ...] = ()
    importance: dict[str, float] = {}
    audit: tuple[CardFinding, ...] = ()
    made_with: str = "–"


def card_of(written: Mapping[str, Any]) -> ModelCard | None:
    """Reads a card.

    Parameters
    ----------
    written : mapping
        What the trainer wrote.

    Returns
    -------
    ModelCard or None
        None where it has another shape: whoever wrote it, the pages stay up.

    Examples
    --------
    >>> card_of({"figures": "good"}) is None
    True
    """
    try:
        return ModelCard.model_validate(written)
    except ValidationError:
        return None
