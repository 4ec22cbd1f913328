"""Joint futures of a plan: every question about chances is counted in them, and no percentile is ever summed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.grid import WHOLE, Floats, PlanGrid

__all__ = ["MOST_CELLS", "MOST_PATHS", "SEED", "Futures"]

# All who judge a plan draw as many paths of the same randomness, so that they say the same chances.
MOST_PATHS, SEED = 1_000, 5
# Paths times leaves times months: what is drawn and added up has to fit several times into the memory.
MOST_CELLS = 50_000_000


@dataclass(frozen=True)
class Futures:
    """Holds what every leaf may sell in every month, many times over; one path is one coherent future.

    Parameters
    ----------
    grid : PlanGrid
        Nodes and months.
    paths : ndarray of float, shape (n_paths, n_leaves, n_months)
        Sales in the workspace's currency (not cents). All that is random belongs together within one path.
    closed : int, default 0
        How many of the first months are over: what was sold in them is known, and alike in every path.

    Raises
    ------
    MisalignedError
        If the paths are not of the leaves and months of the grid, there is none, or closed months differ among them.
    OutOfRangeError
        If a value is not finite, or `closed` is no number of months of the grid.

    Examples
    --------
    >>> import pandas as pd
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2"]}), months=["2027-01", "2027-02"])
    >>> rng = np.random.default_rng(0)
    >>> futures = Futures(grid=grid, paths=rng.normal(100.0, 10.0, size=(1_000, 2, 2)))
    >>> round(futures.attainment(400.0), 2), round(futures.attainment(100.0, node="rep=1", period="2027-01"), 2)
    (0.5, 0.5)

    Targets that are each reached with 60 % chance add up to less than the amount that is reached with 60 %: their sum
    is reached more often. Under 50 % it is the other way round.

    >>> parts = [futures.amount_at(0.6, node=node) for node in ("rep=1", "rep=2")]
    >>> futures.amount_at(0.6) > sum(parts)
    True
    """

    grid: PlanGrid
    paths: Floats = field(repr=False)
    closed: int = 0

    def __post_init__(self) -> None:
        if self.paths.ndim != 3 or self.paths.shape[1:] != self.grid.shape or not len(self.paths):
            accepted = f"paths of {self.grid.shape[0]} leaves and {self.grid.shape[1]} months"
            raise MisalignedError("paths", found=f"shape {self.paths.shape}", accepted=accepted)
        if not np.isfinite(self.paths).all():
            wrong = float(self.paths[~np.isfinite(self.paths)][0])
            raise OutOfRangeError(wrong, name="paths", where="Futures", least="finite")
        if self.closed and np.ptp(self.paths[:, :, : self.closed], axis=0).any():
            raise MisalignedError(
                "paths", found="different sales of closed months", accepted="in every path what was sold in them"
            )
        if not 0 <= self.closed <= self.grid.shape[1]:
            raise OutOfRangeError(
                self.closed, name="closed", where="Futures", least=f"0 and at most {self.grid.shape[1]}"
            )

    def sums(self, period: str = WHOLE) -> Floats:
        """Adds every path up.

        Parameters
        ----------
        period : str
            A month, quarter, year or the whole ``plan``.

        Returns
        -------
        ndarray of float, shape (n_paths, n_nodes)

        Raises
        ------
        UnknownNameError
            If the grid has no such period.
        """
        months = self.grid.cells(self.grid.nodes[0], period) % self.grid.shape[1]
        leaves = self.paths[:, :, np.unique(months)].sum(axis=2)
        return np.asarray((self.grid.sums @ leaves.T).T, dtype=np.float64)

    def of(self, node: str, period: str = WHOLE) -> Floats:
        """Adds the paths of one node up.

        Parameters
        ----------
        node, period : str
            As in a `Rule`.

        Returns
        -------
        ndarray of float, shape (n_paths,)

        Raises
        ------
        UnknownNameError
            If the grid has no such node or period.
        """
        cells = self.grid.cells(node, period)
        return np.asarray(self.paths.reshape(len(self.paths), -1)[:, cells].sum(axis=1), dtype=np.float64)

    def attainment(self, amount: float, *, node: str | None = None, period: str = WHOLE) -> float:
        """Counts in how many futures an amount is reached.

        Parameters
        ----------
        amount : float
            The target, in the workspace's currency.
        node : str or None
            Whose; None for ``all``.
        period : str
            When.

        Returns
        -------
        float
            The attainment probability, 0 to 1.

        Raises
        ------
        UnknownNameError
            If the grid has no such node or period.
        """
        return float((self.of(node or self.grid.nodes[0], period) >= amount).mean())

    def amount_at(self, probability: float, *, node: str | None = None, period: str = WHOLE) -> float:
        """Finds the amount that is reached with a probability.

        Parameters
        ----------
        probability : float
            Above 0 and below 1.
        node : str or None
            Whose; None for ``all``.
        period : str
            When.

        Returns
        -------
        float
            In the workspace's currency. It holds for this node and period alone: amounts at one probability do not add
            up, so targets come from a goal that is handed down.

        Raises
        ------
        OutOfRangeError
            If the probability is not inside 0 and 1.
        UnknownNameError
            If the grid has no such node or period.
        """
        if not 0.0 < probability < 1.0:
            raise OutOfRangeError(probability, name="probability", where="amount_at", least="above 0 and below 1")
        return float(np.quantile(self.of(node or self.grid.nodes[0], period), 1.0 - probability))
