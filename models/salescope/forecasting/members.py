"""The members a forecaster has when nobody says otherwise."""

from __future__ import annotations

from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.boosted import Boosted
from salescope.forecasting.member import Member
from salescope.forecasting.smoothing import Smoothing
from salescope.forecasting.statistical import Theta

__all__ = ["default_members"]


def default_members(*, seed: int = 0) -> list[Member]:
    """Lists the members: both baselines, two smoothings, Theta and boosted trees.

    Parameters
    ----------
    seed : int, default 0
        Of what boosted trees draw.

    Returns
    -------
    list of Member
        AutoETS and MSTL can be added; on trees of hundreds of nodes they cost ten times as much as all of these and
        bring nothing.

    Examples
    --------
    >>> [member.name for member in default_members()]
    ['seasonal_naive', 'seasonal_naive_growth', 'smoothing', 'root_smoothing', 'theta', 'boosted']
    """
    return [
        SeasonalNaive(),
        SeasonalNaiveGrowth(),
        Smoothing(),
        Smoothing(root=True),
        Theta(),
        Boosted(seed=seed),
    ]
