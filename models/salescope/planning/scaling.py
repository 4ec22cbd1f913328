"""What scenarios share that multiply sales, and what their arguments may be."""

from __future__ import annotations

import math

from salescope.frames.errors import OutOfRangeError
from salescope.planning.futures import Futures
from salescope.planning.grid import Floats
from salescope.planning.path_changes import factors_since, scaled

__all__ = ["Scaling", "inside", "percent"]


class Scaling:
    """Is what scenarios share that multiply the open months of a node from one month on."""

    node: str
    since: str

    @property
    def factor(self) -> float:
        """Is what sales are multiplied by."""
        return 1.0

    def factors(self, futures: Futures) -> Floats:
        """Is what each month's sales are multiplied by.

        Parameters
        ----------
        futures : Futures
            Whose months.

        Returns
        -------
        ndarray of float, shape (n_months,)
        """
        return factors_since(futures, since=self.since, factor=self.factor)

    def applied(self, futures: Futures) -> Futures:
        """Changes every path; what is random, and closed months, stay as they are.

        Parameters
        ----------
        futures : Futures
            Joint paths.

        Returns
        -------
        Futures

        Raises
        ------
        UnknownNameError
            If the grid has no such node or month.
        """
        return scaled(futures, node=self.node, factors=self.factors(futures))


def inside(
    value: float, *, name: str, where: str, least: float = 0.0, most: float = 1.0, open_ends: bool = False
) -> None:
    """Refuses a number that cannot be meant.

    Parameters
    ----------
    value : float
        The number.
    name, where : str
        Of the argument, and what it is an argument of.
    least, most : float
        Between which it must be.
    open_ends : bool
        Whether the ends themselves are refused.

    Raises
    ------
    OutOfRangeError
        If it is not between them, or not finite.
    """
    fits = least < value < most if open_ends else least <= value <= most and math.isfinite(value)
    if not fits:
        accepted = f"above {least:g}, and finite" if most == math.inf else f"{least:g} and at most {most:g}"
        raise OutOfRangeError(value, name=name, where=where, least=accepted)


def percent(change: float) -> str:
    """Writes a proportion as ``+3 %``.

    Parameters
    ----------
    change : float
        .03 is three percent.

    Returns
    -------
    str
    """
    return f"{100.0 * change:+.3g} %"
