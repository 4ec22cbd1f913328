"""How likely each number of orders is at a rate that is only known as a gamma distribution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from salescope.scoring.members import Floats

__all__ = ["negative_binomial"]


def negative_binomial(rate: tuple[Floats, Floats], exposed: Floats, *, most: int) -> Iterator[Floats]:
    """Gives the chances of 0, 1, … orders, the last entry those of as many and all above.

    Parameters
    ----------
    rate : tuple of ndarray of float64, each of shape (n_customers,)
        The gamma distribution of the rate: its shape and its inverse scale in days.
    exposed : ndarray of float64, shape (n_customers,)
        Over how many days orders are counted.
    most : int
        The last number that is told apart.

    Yields
    ------
    ndarray of float64, shape (n_customers,)
        ``most + 1`` of them; for each customer they sum to 1.

    Examples
    --------
    >>> one = np.ones(1)
    >>> [chance.item() for chance in negative_binomial((one, one), one, most=2)]
    [0.5, 0.25, 0.25]
    """
    shape, scale = rate
    grows = exposed / (scale + exposed)
    chance = np.exp(-shape * np.log1p(exposed / scale))
    rest = np.ones(len(shape))
    for count in range(most):
        yield chance
        rest = rest - chance
        chance = chance * grows * ((shape + count) / (count + 1.0))
    yield np.maximum(rest, 0.0)
