"""Amounts on axes: in thousands or millions, in 萬 or 億, so that ticks stay short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from salescope.frames.languages import in_language

__all__ = ["AmountScale", "amount_scale"]

# Each with the amount from which it is used: ten thousand and not one, for 9,500 is still short.
SCALES: Mapping[str, tuple[tuple[float, float, str], ...]] = {
    "en": ((1e9, 1e9, "billion"), (1e6, 1e6, "million"), (1e4, 1e3, "thousand")),
    "zh": ((1e8, 1e8, "億"), (1e5, 1e4, "萬")),
}
JOINED: Mapping[str, str] = {"en": "{unit}, {word}", "zh": "{unit}（{word}）"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountScale:
    """Says in what amounts are counted on an axis.

    Parameters
    ----------
    factor : float
        How much one is.
    label : str
        The unit with the word for the factor, as "TWD, million".
    """

    factor: float
    label: str

    def text(self, amount: float) -> str:
        """Writes an amount.

        Parameters
        ----------
        amount : float
            In the unit.

        Returns
        -------
        str
            Six digits at most, thousands apart.

        Examples
        --------
        >>> AmountScale(factor=1e6, label="").text(-2_500_000.0)
        '−2.5'
        """
        return f"{round(amount / self.factor, 9) + 0.0:,.6g}".replace("-", "−")

    def short(self, amount: float) -> str:
        """Writes an amount for a headline, with the word for the factor.

        Parameters
        ----------
        amount : float
            In the unit.

        Returns
        -------
        str
            Four digits at most.

        Examples
        --------
        >>> amount_scale([39.9e6], unit="").short(39_876_543.0)
        '39.88 million'
        """
        return f"{self.text(float(f'{amount:.4g}'))} {self.label}".rstrip()


def amount_scale(amounts: ArrayLike, *, unit: str, language: str = "en") -> AmountScale:
    """Chooses in what amounts are counted, by the largest of them.

    Parameters
    ----------
    amounts : array-like of float
        What will be drawn; what is not finite does not count.
    unit : str
        As "TWD" or "pieces"; may be empty.
    language : {"en", "zh"}, default "en"
        The language of the words.

    Returns
    -------
    AmountScale

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> amount_scale([3.2e6], unit="TWD"), amount_scale([3.2e6], unit="TWD", language="zh").label
    (AmountScale(factor=1000000.0, label='TWD, million'), 'TWD（萬）')
    """
    sizes = np.abs(np.asarray(amounts, dtype=np.float64))
    largest = float(sizes[np.isfinite(sizes)].max(initial=0.0))
    for least, factor, word in in_language(SCALES, language, where="amounts"):
        if largest >= least:
            joined = in_language(JOINED, language, where="amounts").format(unit=unit, word=word)
            return AmountScale(factor=factor, label=joined if unit else word)
    return AmountScale(factor=1.0, label=unit)
