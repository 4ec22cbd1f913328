"""What a fit and a backtest start from: sales read once, their tree, and members over the nodes' histories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from salescope.forecasting.calendar import Floats
from salescope.forecasting.origins import Origins
from salescope.forecasting.panel import Known, Panel
from salescope.forecasting.sales import PreparedSales
from salescope.forecasting.tree import Tree
from salescope.forecasting.tree_forecast import level_codes

__all__ = ["History", "KnownOf", "node_panel"]

KnownOf = Callable[[Tree, Panel], Known]
"""Says what is known of a tree's nodes over the panel's periods and those ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Holds sales that were read, as the nodes of a tree.

    Parameters
    ----------
    prepared : PreparedSales
        The series, and what was done with the rows.
    tree : Tree
        Which series add up to which nodes.
    origins : Origins
        Members over the histories of the nodes; what they forecast is shared by whoever asks.

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.forecasting import SalesForecaster
    >>> dates = pd.date_range("2026-01-01", periods=3, freq="MS")
    >>> sales = pd.DataFrame({"series_id": "a", "date": dates, "y": [5.0, -1.0, 7.0]})
    >>> history = SalesForecaster(horizon=1, members=[]).read(sales)
    >>> history.end, history.floor(1), history.floor(2)
    (3, array([0.]), array([-inf]))
    """

    prepared: PreparedSales
    tree: Tree
    origins: Origins

    @property
    def end(self) -> int:
        """Is how many periods have happened."""
        return len(self.origins.panel.dates)

    def floor(self, cutoff: int) -> Floats:
        """Says what no series may fall under, by its history before a cutoff.

        Parameters
        ----------
        cutoff : int
            So many periods are history.

        Returns
        -------
        ndarray of float, shape (n_bottom,)
            0, or minus infinity where there are negative periods.
        """
        seen = self.prepared.panel.until(cutoff).values
        return np.where((np.nan_to_num(seen) < 0).any(axis=1), -np.inf, 0.0)


def node_panel(bottom: Panel, tree: Tree) -> Panel:
    """Adds histories up to every node of a tree.

    Parameters
    ----------
    bottom : Panel
        Histories of the series.
    tree : Tree
        Which series add up to which nodes.

    Returns
    -------
    Panel
        One history a node; ``group`` is the level.

    Examples
    --------
    >>> import pandas as pd
    >>> from salescope.forecasting.examples import monthly
    >>> tree = Tree.of(pd.DataFrame({"rep": ["1", "2"]}), levels={"rep": ["rep"]})
    >>> node_panel(monthly([[1.0, 2.0], [np.nan, 5.0]]), tree).values
    array([[ 1.,  7.], [ 1.,  2.], [nan,  5.]])
    """
    return Panel(
        series=tree.nodes,
        values=tree.history(bottom.values),
        dates=bottom.dates,
        frequency=bottom.frequency,
        group=level_codes(tree),
    )
