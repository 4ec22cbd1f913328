"""The tiers of customers in the words that planners use, and the rule that puts a customer into one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from salescope.frames.languages import names_in
from salescope.scoring.members import Floats

__all__ = ["TIERS", "tier_names", "tiers_of", "value_of"]

TIERS: Mapping[str, Mapping[str, str]] = {
    "champions": {"en": "Champions", "zh": "高價值"},
    "loyal": {"en": "Loyal", "zh": "忠誠"},
    "promising": {"en": "Promising", "zh": "潛力"},
    "new": {"en": "New", "zh": "新客戶"},
    "at_risk": {"en": "At risk", "zh": "瀕臨流失"},
    "sleeping": {"en": "Sleeping", "zh": "沉睡"},
    "lost": {"en": "Lost", "zh": "流失"},
    "none": {"en": "No order yet", "zh": "尚未下單"},
}
"""Every tier with its name by language, from the best to the one without orders."""


def tier_names(language: str) -> dict[str, str]:
    """Gives the names of the tiers.

    Parameters
    ----------
    language : {"en", "zh"}

    Returns
    -------
    dict of str to str
        From the tier to its name.

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> tier_names("zh")["champions"]
    '高價值'
    """
    return names_in(TIERS, language, where="tiers")


def value_of(frequency: Floats, money: Floats) -> Floats:
    """Joins the scores of frequency and money into one.

    Parameters
    ----------
    frequency, money : ndarray of float64, shape (n_customers,)
        Scores 1 to 5, NaN where not known.

    Returns
    -------
    ndarray of float64, shape (n_customers,)
        Their mean, halves rounded up; the known one where the other is not, and 1 where neither is.

    Examples
    --------
    >>> value_of(np.array([4.0, 4.0, np.nan]), np.array([5.0, np.nan, np.nan])).tolist()
    [5.0, 4.0, 1.0]
    """
    known = [np.where(np.isnan(frequency), money, frequency), np.where(np.isnan(money), frequency, money)]
    return np.nan_to_num(np.floor((known[0] + known[1] + 1.0) / 2.0), nan=1.0)


def tiers_of(recency: Floats, value: Floats, *, is_new: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Puts customers into tiers.

    Parameters
    ----------
    recency, value : ndarray of float64, shape (n_customers,)
        Scores 1 to 5; recency is NaN where there is no order.
    is_new : ndarray of bool, shape (n_customers,)
        Whether the first order is recent.

    Returns
    -------
    ndarray of int, shape (n_customers,)
        Positions in `TIERS`.

    Notes
    -----
    ========  ==========  =========  ==================  ==================
    recency   value 1, 2  value 3    value 4             value 5
    ========  ==========  =========  ==================  ==================
    5, 4      promising   loyal      champions           champions
    3         promising   loyal      loyal               loyal
    2         sleeping    at risk    at risk             at risk
    1         lost        at risk    at risk             at risk
    ========  ==========  =========  ==================  ==================

    A customer of recency 3 to 5 and value 1 to 3 whose first order is recent is new. The two axes are those of the
    usual map of recency, frequency and money (A. M. Hughes, "Strategic Database Marketing", 1994, for the scores).

    Examples
    --------
    >>> scores = np.array([5.0, 1.0, np.nan])
    >>> [list(TIERS)[place] for place in tiers_of(scores, np.array([5.0, 4.0, 1.0]), is_new=np.zeros(3, dtype=bool))]
    ['champions', 'at_risk', 'none']
    """
    rules = {
        "none": np.isnan(recency),
        "new": (recency >= 3) & (value <= 3) & is_new,
        "champions": (recency >= 4) & (value >= 4),
        "loyal": (recency >= 3) & (value >= 3),
        "promising": recency >= 3,
        "at_risk": value >= 3,
        "sleeping": recency >= 2,
    }
    places = [list(TIERS).index(tier) for tier in rules]
    return np.select(list(rules.values()), places, default=list(TIERS).index("lost")).astype(np.intp)
