"""What a profile says of a customer, as lines of the ledger: the same for the nightly batch and for a live call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salescope.store.predictions import Prediction
from salescope.store.reasons import KeptReason, encode_reasons

__all__ = ["AnsweredBy", "profile_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredBy:
    """Says which bundles answered, in which call.

    Parameters
    ----------
    bundles : mapping of str to (str, str)
        Version and digest of each model that answered, by its name.
    request_id : str
        The call, or the run of the batch.
    at : datetime
        The instant of the answer, aware.
    told : bool, default True
        Whether reasons were asked for.
    """

    bundles: Mapping[str, tuple[str, str]]
    request_id: str
    at: datetime
    told: bool = True


def profile_lines(content: Mapping[str, Any], *, as_of: datetime, by: AnsweredBy) -> dict[str, Prediction]:
    """Gives the lines of one profile: the chance to leave, and the money expected.

    Parameters
    ----------
    content : mapping
        The profile, see `salescope.scoring.customer_profiles`.
    as_of : datetime
        The instant its features look back from, aware.
    by : AnsweredBy
        What answered.

    Returns
    -------
    dict of str to Prediction
        By model, "churn" and "value"; without a model that said nothing, or expects orders of which none has a price.

    Examples
    --------
    >>> noon = datetime.fromisoformat("2026-03-01T12:00:00Z")
    >>> worth = {"money": 410.0, "money_low": 90.0, "money_high": 820.0, "horizon": 365}
    >>> by = AnsweredBy(bundles={"value": ("3", "ab" * 32)}, request_id="night", at=noon)
    >>> profile_lines({"customer_id": "C-7", "churn": None, "value": worth}, as_of=noon, by=by)["value"].value_high
    820.0
    """
    lines = {}
    if content["churn"] is not None:
        lines["churn"] = _line("churn", content["customer_id"], as_of=as_of, by=by, **_chance(content["churn"], by=by))
    if content["value"] is not None and content["value"]["money"] is not None:
        lines["value"] = _line("value", content["customer_id"], as_of=as_of, by=by, **_money(content["value"]))
    return lines


def _line(model: str, customer_id: str | None, *, as_of: datetime, by: AnsweredBy, **said: Any) -> Prediction:  # noqa: ANN401
    version, digest = by.bundles[model]
    return Prediction(
        subject_id=customer_id,
        model=model,
        version=version,
        digest=digest,
        as_of=as_of,
        request_id=by.request_id,
        at=by.at,
        **said,
    )


def _chance(churn: Mapping[str, Any], *, by: AnsweredBy) -> dict[str, Any]:
    return {
        "probability": churn["probability"],
        "score": churn["score"],
        "grade": churn["grade"],
        "outcome_window_days": churn["outcome_window"],
        "reasons": encode_reasons(_kept(churn["reasons"])) if by.told else None,
    }


def _kept(reasons: Sequence[Mapping[str, Any]]) -> list[KeptReason]:
    return [KeptReason(reason["contribution"], reason["text"]) for reason in reasons]


def _money(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "value": value["money"],
        "value_low": value["money_low"],
        "value_high": value["money_high"],
        "horizon_days": value["horizon"],
    }
