"""What new and existing customers are to bring of a goal: two growth rates, reconciled with the total."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from salescope.frames.errors import OutOfRangeError
from salescope.planning.goals import Growths

__all__ = ["CustomerSplit", "reconciled"]


@dataclass(frozen=True, kw_only=True)
class CustomerSplit:
    """Holds what new and existing customers are to bring; the two add up to the company goal.

    Parameters
    ----------
    new, existing : float
        Amounts, in the workspace's currency.
    new_last, existing_last : float
        What they brought last year.
    wished : Growths
        What was asked for.
    """

    new: float
    existing: float
    new_last: float
    existing_last: float
    wished: Growths

    @property
    def growths(self) -> Growths:
        """Is the growth that came of it; None where there was nothing last year."""
        return Growths(new=_growth(self.new, self.new_last), existing=_growth(self.existing, self.existing_last))

    def as_dict(self) -> dict[str, Any]:
        """Writes plain values.

        Returns
        -------
        dict
            The amounts, and ``growths`` beside ``wished``.
        """
        return asdict(self) | {"growths": asdict(self.growths)}


def reconciled(
    wished: Growths, *, total: float | None, last: tuple[float, float], expected: tuple[float, float]
) -> CustomerSplit:
    """Reconciles the growth of new and of existing customers with the goal of both.

    Parameters
    ----------
    wished : Growths
        One rate is kept, and the other customers bring the rest. Two rates are both moved by one percentage of their
        amounts, which is the least sum of squared moves over amounts. Without a wish what is expected is moved so.
    total : float or None
        The company goal, in the workspace's currency; None if the rates make it.
    last, expected : tuple of float
        What new and existing customers brought last year, and are expected to bring.

    Returns
    -------
    CustomerSplit

    Raises
    ------
    OutOfRangeError
        If a rate is of nothing, or one rate leaves the other customers less than nothing: with the rate that would do.

    Examples
    --------
    >>> split = reconciled(Growths(new=0.5), total=1_200.0, last=(200.0, 800.0), expected=(200.0, 800.0))
    >>> split.new, split.existing, split.growths
    (300.0, 900.0, Growths(new=0.5, existing=0.125))
    >>> reconciled(Growths(existing=1.0), total=1_200.0, last=(200.0, 800.0), expected=(200.0, 800.0))
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutOfRangeError: 1.0 is out of range for existing in the goal of 1,200.00: give a value of
    at least -1 and at most 0.5.
    """
    rates = (wished.new, wished.existing)
    amounts = list(expected)
    for place, (name, rate) in enumerate(zip(("new", "existing"), rates, strict=True)):
        if rate is not None and not last[place] > 0.0:
            raise OutOfRangeError(rate, name=name, where="the goal", least="none: they brought nothing last year")
        amounts[place] = max(expected[place], 0.0) if rate is None else last[place] * (1.0 + rate)
    if total is not None:
        amounts = _moved(amounts, total=total, rates=rates, last=last)
    return CustomerSplit(new=amounts[0], existing=amounts[1], new_last=last[0], existing_last=last[1], wished=wished)


def _moved(
    amounts: list[float], *, total: float, rates: tuple[float | None, float | None], last: tuple[float, float]
) -> list[float]:
    kept = [place for place, rate in enumerate(rates) if rate is not None]
    if len(kept) == 1:
        (place,) = kept
        if amounts[place] > total * (1.0 + 1e-12):
            most = f"-1 and at most {total / last[place] - 1.0:g}"
            wrong = float(rates[place] or 0.0)
            raise OutOfRangeError(wrong, name=("new", "existing")[place], where=f"the goal of {total:,.2f}", least=most)
        rest = max(total - amounts[place], 0.0)
        return [amounts[0], rest] if place == 0 else [rest, amounts[1]]
    together = sum(amounts)
    shares = np.array(amounts) / together if together > 0.0 else np.array([0.5, 0.5])
    return [float(share) for share in shares * total]


def _growth(amount: float, last: float) -> float | None:
    return amount / last - 1.0 if last > 0.0 else None
