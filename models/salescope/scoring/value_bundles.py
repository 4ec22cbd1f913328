"""A fitted lifetime value as files and back: JSON and LightGBM text only, pure bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from salescope.scoring.histories import NEEDED
from salescope.scoring.schema import schema_of
from salescope.scoring.spend_per_order import GammaGamma
from salescope.scoring.value_members import OrderMembers

if TYPE_CHECKING:
    # The estimator imports this module; only its name is needed here.
    from salescope.scoring.value import LifetimeValue

__all__ = ["frame_of", "read_value", "value_schema", "write_value"]

FORM = 1
MONEY = "money_per_order"
SPARE: Mapping[str, float] = {
    "order_days": 3.0,
    "days_since_first_order": 273.0,
    "days_first_to_last_order": 90.0,
    MONEY: 25.0,
}
Value = TypeVar("Value", bound="LifetimeValue")


def frame_of(X: pd.DataFrame | Sequence[Mapping[str, Any]], *, members: OrderMembers) -> pd.DataFrame:
    """Reads features of customers as a frame.

    Parameters
    ----------
    X : DataFrame of shape (n_customers, n_features) or sequence of mappings, shape (n_customers,)
        `customer_features`, or rows of it as JSON gives them; a record may leave columns out, which are then missing.
    members : OrderMembers
        Who read it.

    Returns
    -------
    DataFrame, shape (n_customers, n_features)
    """
    if isinstance(X, pd.DataFrame):
        return X
    read = members.learned.encoder.used_ if members.learned else ()
    names = dict.fromkeys(["customer_id", *NEEDED, MONEY, *(column.name for column in read)])
    frame = pd.DataFrame({name: [record.get(name) for record in X] for name in names})
    return frame.assign(as_of=pd.to_datetime(frame["as_of"], format="ISO8601").astype("datetime64[ns]"))


def value_schema(members: OrderMembers) -> dict[str, Any]:
    """Says which columns a record may carry.

    Parameters
    ----------
    members : OrderMembers

    Returns
    -------
    dict
        As `salescope.scoring.schema.schema_of`, with the columns that a purchase process needs always among them.
    """
    nothing: dict[str, Any] = {"columns": [], "ignored": {}, "example": {}}
    told = schema_of(members.learned.encoder, labels={}) if members.learned else nothing
    there = {column["name"] for column in told["columns"]}
    added = [_number(name, example) for name, example in SPARE.items() if name not in there]
    ignored = {name: why for name, why in told["ignored"].items() if name not in SPARE}
    example = {**told["example"], **{column["name"]: column["example"] for column in added}}
    return {"columns": [*told["columns"], *added], "ignored": ignored, "example": example}


def _number(name: str, example: float) -> dict[str, Any]:
    return {"name": name, "label": None, "kind": "number", "categories": [], "usual": None, "example": example}


def write_value(model: LifetimeValue) -> dict[str, bytes]:
    """Gives the files of a fitted lifetime value.

    Parameters
    ----------
    model : LifetimeValue

    Returns
    -------
    dict of str to bytes
        "value.json", "schema.json", and the trees' text where there are trees.
    """
    state = {
        "form": FORM,
        "settings": model.get_params(deep=False),
        "as_of": model.as_of_.isoformat(),
        "members": model.members_.to_state(),
        "spend": None if model.spend_ is None else asdict(model.spend_),
        "level": model.level_,
    }
    return {"value.json": _json(state), "schema.json": _json(model.input_schema()), **model.members_.to_files()}


def read_value(kind: type[Value], files: Mapping[str, bytes]) -> Value:
    """Reads a fitted lifetime value from its files, which were verified before.

    Parameters
    ----------
    kind : type
        The class.
    files : mapping of str to bytes

    Returns
    -------
    LifetimeValue
    """
    state = json.loads(files["value.json"])
    model = kind(**state["settings"])
    model.as_of_ = pd.Timestamp(state["as_of"])
    model.members_ = OrderMembers.from_state(state["members"], files)
    model.spend_ = None if state["spend"] is None else GammaGamma(**state["spend"])
    model.level_ = float(state["level"])
    return model


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, sort_keys=True).encode()
