"""Which kinds of fitted model a bundle may hold, each with the class that reads it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

__all__ = ["KINDS", "LEAD_SCORER", "Fitted"]

LEAD_SCORER = "lead_scorer"


class Fitted(Protocol):
    """Describes what bundles need of a fitted model.

    Attributes
    ----------
    kind : str
        What it is, as "lead_scorer"; the same word in its manifest.
    """

    kind: ClassVar[str]

    def to_bundle(self) -> dict[str, bytes]:
        """Gives everything that was learned as JSON and LightGBM text, "schema.json" among the files."""
        ...

    @classmethod
    def from_bundle(cls, files: Mapping[str, bytes]) -> Self:
        """Reads a fitted model back; files it does not know are left alone."""
        ...

    def input_schema(self) -> dict[str, Any]:
        """Says which columns a record may carry, see `salescope.scoring.schema`."""
        ...

    def canary_values(self, records: Sequence[Mapping[str, Any]]) -> npt.NDArray[np.float64]:
        """Answers records as JSON gives them, float64 of shape (n_records,) or (n_records, k), bit for bit again."""
        ...


# A function a kind, so that reading one model imports the code of no other, and the classes are checked as types.
def _lead_scorer() -> type[Fitted]:
    from salescope.scoring.leads import LeadScorer  # noqa: PLC0415

    return LeadScorer


def _churn_scorer() -> type[Fitted]:
    from salescope.scoring.churn import ChurnScorer  # noqa: PLC0415

    return ChurnScorer


def _lifetime_value() -> type[Fitted]:
    from salescope.scoring.value import LifetimeValue  # noqa: PLC0415

    return LifetimeValue


def _payment_scorer() -> type[Fitted]:
    from salescope.scoring.payments import PaymentScorer  # noqa: PLC0415

    return PaymentScorer


def _product_recommender() -> type[Fitted]:
    from salescope.scoring.products import ProductRecommender  # noqa: PLC0415

    return ProductRecommender


def _sales_forecaster() -> type[Fitted]:
    from salescope.forecasting.sales_model import SalesModel  # noqa: PLC0415

    return SalesModel


def _segmenter() -> type[Fitted]:
    from salescope.scoring.segments import Segmenter  # noqa: PLC0415

    return Segmenter


KINDS: Mapping[str, Callable[[], type[Fitted]]] = {
    LEAD_SCORER: _lead_scorer,
    "churn_scorer": _churn_scorer,
    "lifetime_value": _lifetime_value,
    "payment_scorer": _payment_scorer,
    "product_recommender": _product_recommender,
    "sales_forecaster": _sales_forecaster,
    "segmenter": _segmenter,
}
