"""Bonus plans: what attainment pays, by tiers, with a threshold, a cap and a part that the team earns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np

from salescope.frames.errors import MissingColumnError, OutOfRangeError, UnknownNameError
from salescope.planning.grid import WHOLE, Ints, PlanGrid
from salescope.planning.pay_scale import PayPiece, PayScale

__all__ = ["BonusPlan", "PayKind", "PayPeriod"]

PayKind: TypeAlias = Literal["steps", "accelerators"]
PayPeriod: TypeAlias = Literal["month", "quarter", "year", "plan"]
WIDTHS = {"month": 7, "quarter": 7, "year": 4, "plan": len(WHOLE)}


@dataclass(frozen=True, kw_only=True)
class BonusPlan:
    """Says what representatives are paid for what they sell against their targets.

    Parameters
    ----------
    tiers : sequence of (float, float)
        Start (attainment, 1 is the target) and rate of each, in rising order. Of steps, the rate is the share of the
        bonus that is paid from the start on, and rises. Of accelerators, it is what each further whole target pays
        within the band that begins there, again as a share of the bonus: (0, 1) and (1, 2) pay 110 % of the target
        with 120 % of the bonus.
    at_target : float or mapping of str to float
        The bonus at target of one period, in the workspace's currency: of everybody, or by the name of the leaf.
    kind : {"steps", "accelerators"}
        What tiers are.
    pays : {"month", "quarter", "year", "plan"}
        For which periods attainment is counted and paid; of a quarter or year, the months that the plan has of it.
    threshold : float
        The attainment under which nothing is paid. What bands before it are worth is paid at once when it is reached.
    guarantee : float
        The least share of the bonus that is ever paid.
    cap : float or None
        The most; None for no end.
    team_share : float
        Part of the bonus that is paid by the attainment of the team, on the same scale; 0 to 1.
    team : str or None
        The level whose node is a leaf's team, as ``region``; None for the node right above the leaf.

    Raises
    ------
    OutOfRangeError
        If a number cannot be meant.

    Examples
    --------
    >>> plan = BonusPlan(tiers=[(0, 1), (1, 2)], at_target=1_000, threshold=0.7, cap=2)
    >>> [plan.share(attainment) for attainment in (0.69, 0.7, 1.0, 1.1, 9.0)]
    [0.0, 0.7, 1.0, 1.2, 2.0]
    >>> BonusPlan(tiers=[(0.8, 0.5), (1.0, 0.4)], at_target=1_000, kind="steps")
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: 0.4 is out of range for tiers in BonusPlan: give a value of at least 0.5.
    """

    tiers: tuple[tuple[float, float], ...]
    at_target: float | Mapping[str, float]
    kind: PayKind = "accelerators"
    pays: PayPeriod = "quarter"
    threshold: float = 0.0
    guarantee: float = 0.0
    cap: float | None = None
    team_share: float = 0.0
    team: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", tuple((start, rate) for start, rate in self.tiers))
        for name, accepted in (("kind", ("steps", "accelerators")), ("pays", tuple(WIDTHS))):
            if getattr(self, name) not in accepted:
                raise UnknownNameError(str(getattr(self, name)), what=name, where="BonusPlan", accepted=accepted)
        self._check_numbers()
        for before, after in zip(self.tiers[:-1], self.tiers[1:], strict=True):
            if after[0] <= before[0]:
                raise OutOfRangeError(after[0], name="tiers", where="BonusPlan", least=f"more than {before[0]}")
            if self.kind == "steps":
                _check(after[1], name="tiers", least=before[1])

    def _check_numbers(self) -> None:
        if not self.tiers:
            raise OutOfRangeError(0, name="tiers", where="BonusPlan", least=1)
        amounts = self.at_target.values() if isinstance(self.at_target, Mapping) else [self.at_target]
        for name, values in {
            "tiers": [number for tier in self.tiers for number in tier],
            "at_target": list(amounts),
            "threshold": [self.threshold],
            "guarantee": [self.guarantee],
            "cap": [] if self.cap is None else [self.cap],
            "team_share": [self.team_share],
        }.items():
            for value in values:
                _check(value, name=name, least=0)
        if self.cap is not None:
            _check(self.cap, name="cap", least=self.guarantee)
        if self.team_share > 1:
            raise OutOfRangeError(self.team_share, name="team_share", where="BonusPlan", least="0 and at most 1")

    @cached_property
    def scale(self) -> PayScale:
        """Is what every attainment pays, threshold, guarantee and cap included."""
        pieces: list[PayPiece] = []
        paid = Fraction(0)
        for place, (start, rate) in enumerate(self.tiers):
            here, part = _exact(start), _exact(rate)
            if self.kind == "steps":
                pieces.append(PayPiece(here, part, Fraction(0)))
            else:
                pieces.append(PayPiece(here, paid, part))
                later = self.tiers[place + 1 :]
                paid += part * (_exact(later[0][0]) - here) if later else Fraction(0)
        first = _exact(self.threshold)
        inside = [piece for piece in pieces if piece.start <= first]
        if inside:
            pieces = [PayPiece(first, inside[-1].at(first), inside[-1].slope), *pieces[len(inside) :]]
        cap = None if self.cap is None else _exact(self.cap)
        return PayScale.of(pieces, base=_exact(self.guarantee), cap=cap)

    def share(self, attainment: float) -> float:
        """Gives what an attainment pays.

        Parameters
        ----------
        attainment : float
            1 is the target.

        Returns
        -------
        float
            Share of the bonus at target, where own and team's attainment are the same.
        """
        exact = _exact(attainment)
        piece = next((piece for piece in reversed(self.scale.pieces) if piece.start <= exact), None)
        return float(self.scale.base if piece is None else piece.at(exact))

    def cents_at_target(self, leaves: tuple[str, ...]) -> Ints:
        """Lists the bonus at target of every leaf.

        Parameters
        ----------
        leaves : tuple of str
            Names of the leaves.

        Returns
        -------
        ndarray of int, shape (n_leaves,)
            In cents, a period.

        Raises
        ------
        UnknownNameError
            If a bonus is given for what is no leaf.
        MissingColumnError
            If a leaf has no bonus.
        """
        if not isinstance(self.at_target, Mapping):
            return np.full(len(leaves), round(_exact(self.at_target) * 100), dtype=np.int64)
        for name in self.at_target:
            if name not in leaves:
                raise UnknownNameError(name, what="leaf", where="at_target of a bonus plan", accepted=leaves)
        if missing := [leaf for leaf in leaves if leaf not in self.at_target]:
            raise MissingColumnError(missing, where="at_target of a bonus plan", present=list(self.at_target))
        return np.array([round(_exact(self.at_target[leaf]) * 100) for leaf in leaves], dtype=np.int64)

    def periods(self, grid: PlanGrid) -> tuple[str, ...]:
        """Lists the periods that are paid.

        Parameters
        ----------
        grid : PlanGrid
            Nodes and months.

        Returns
        -------
        tuple of str
            In their order.
        """
        return tuple(
            name
            for name in grid.periods
            if (name == WHOLE) == (self.pays == "plan")
            and len(name) == WIDTHS[self.pays]
            and ("Q" in name) == (self.pays == "quarter")
        )


def _exact(number: float) -> Fraction:
    # The digits that were written are meant, not the nearest binary number: 1.1 of 100.00 is 110.00.
    return Fraction(repr(float(number)))


def _check(value: float, *, name: str, least: float) -> None:
    if not math.isfinite(value) or value < least:
        raise OutOfRangeError(value, name=name, where="BonusPlan", least=least)
