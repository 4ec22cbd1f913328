"""Scenarios as plain values, as a service takes and a store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from typing import Any

from salescope.frames.errors import MisalignedError, UnknownNameError
from salescope.planning.scenarios import (
    AccountLost,
    AnyScenario,
    DemandChange,
    DriverChange,
    LaunchDelayed,
    PriceChange,
    RepresentativeLeaves,
    Together,
)

__all__ = ["scenario_as_dict", "scenario_of"]

KINDS: Mapping[str, Any] = {
    scenario.kind: scenario
    for scenario in (
        DemandChange, AccountLost, RepresentativeLeaves, PriceChange, LaunchDelayed, DriverChange, Together,
    )
}  # fmt: skip


def scenario_of(values: Mapping[str, Any]) -> AnyScenario:
    """Makes a scenario from plain values.

    Parameters
    ----------
    values : mapping
        ``kind``, as ``demand``, and the scenario's own arguments; of ``together`` a list ``scenarios`` of such.

    Returns
    -------
    Scenario

    Raises
    ------
    OutOfRangeError
        If a number cannot be meant.
    UnknownNameError
        If there is no such kind or argument.
    MisalignedError
        If an argument is missing.

    Examples
    --------
    >>> scenario_of({"kind": "price", "change": 0.03, "elasticity": -1.5}).said
    "price of 'all' +3 % at an elasticity of -1.5"
    >>> scenario_of({"kind": "prize"})
    Traceback (most recent call last):
        ...
    salescope.frames.errors.UnknownNameError: Unknown kind 'prize' in a scenario: did you mean 'price'? Accepted:
    'demand', 'account_lost', 'representative_leaves', 'price', 'launch_delayed' … and 2 more.
    """
    kind, given = str(values.get("kind")), {name: value for name, value in values.items() if name != "kind"}
    if kind not in KINDS:
        raise UnknownNameError(kind, what="kind", where="a scenario", accepted=list(KINDS))
    known = {field.name: field for field in fields(KINDS[kind])}
    for name in given:
        if name not in known:
            raise UnknownNameError(name, what="argument", where=f"a scenario of kind {kind!r}", accepted=list(known))
    if missing := [name for name, field in known.items() if field.default is MISSING and name not in given]:
        raise MisalignedError("scenario", found=f"no {missing[0]!r}", accepted=f"one for kind {kind!r}")
    if kind == Together.kind:
        return Together(tuple(scenario_of(each) for each in given["scenarios"]))
    made: AnyScenario = KINDS[kind](**{n: tuple(v) if isinstance(v, list) else v for n, v in given.items()})
    return made


def scenario_as_dict(scenario: AnyScenario) -> dict[str, Any]:
    """Writes plain values, as `scenario_of` reads them.

    Parameters
    ----------
    scenario : Scenario
        Any of this module.

    Returns
    -------
    dict
    """
    if isinstance(scenario, Together):
        return {"kind": scenario.kind, "scenarios": [scenario_as_dict(each) for each in scenario.scenarios]}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(scenario).items()}
    return {"kind": scenario.kind, **plain}
