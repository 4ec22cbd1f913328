"""The gamma-gamma model of what an order is worth to each customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from salescope.scoring.members import Floats

__all__ = ["GammaGamma"]

# With q of 1 or less the mean over customers does not exist.
BOUNDS = [(-6.0, 8.0), (float(np.log(1.05)), 8.0), (-16.0, 30.0)]
SPREAD = 10.0
BEGIN = (2.0, 3.0, 1.0)


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Holds how money per order varies within a customer and between customers.

    Parameters
    ----------
    p : float
        Shape of the gamma distribution of one customer's orders; its scale is the customer's own.
    q : float
        Shape of the gamma distribution of those inverse scales.
    gamma : float
        Inverse scale of the latter, in money.

    Notes
    -----
    Fader, Hardie, Lee, "RFM and CLV: using iso-value curves for customer base analysis", Journal of Marketing Research
    42 (2005); Fader, Hardie, "The Gamma-Gamma model of monetary value" (2013). Money per order is taken not to depend
    on how often a customer buys.

    Examples
    --------
    >>> spend = GammaGamma(p=6.25, q=3.74, gamma=15.44)
    >>> spend.expected(orders=np.array([1.0, 7.0]), money_per_order=np.array([100.0, 100.0])).round(1)
    array([80.3, 96.2])
    """

    p: float
    q: float
    gamma: float

    @classmethod
    def fit(cls, *, orders: Floats, money_per_order: Floats) -> Self | None:
        """Finds the parameters that make customers' means most likely.

        Parameters
        ----------
        orders : ndarray of float64, shape (n_customers,)
            How many orders each mean is of; 1 or more.
        money_per_order : ndarray of float64, shape (n_customers,)
            The means; those that are missing or not above 0 are left out, for they tell of returns or missing prices.

        Returns
        -------
        GammaGamma or None
            None where no mean is left.

        Examples
        --------
        >>> GammaGamma.fit(orders=np.ones(2), money_per_order=np.array([np.nan, -3.0])) is None
        True
        """
        known = np.isfinite(money_per_order) & (money_per_order > 0)
        if not known.any():
            return None
        # Sorted, so that sums do not hang on the order of customers.
        order = np.lexsort((orders[known], money_per_order[known]))
        count, mean = orders[known][order], money_per_order[known][order]
        # In units of a typical order, so that the prior and the bounds mean the same in every currency.
        typical = float(np.median(mean))
        begin = np.log(BEGIN)

        def loss(logs: Floats) -> tuple[float, Floats]:
            value, slopes = _loss(np.exp(logs), count=count, mean=mean / typical)
            away = (logs - begin) / SPREAD**2 / len(mean)
            return value + float((away * (logs - begin)).sum()) / 2.0, slopes + away

        found = minimize(loss, begin, jac=True, bounds=BOUNDS, method="L-BFGS-B")
        p, q, gamma = np.exp(found.x)
        return cls(float(p), float(q), float(gamma * typical))

    def expected(self, *, orders: Floats, money_per_order: Floats) -> Floats:
        """Gives what the next order of each customer is worth on average.

        Parameters
        ----------
        orders : ndarray of float64, shape (n_customers,)
            How many orders each mean is of; 0 for a customer of whom nothing is known.
        money_per_order : ndarray of float64, shape (n_customers,)
            The means; below 0 (more came back than was bought) counts as 0.

        Returns
        -------
        ndarray of float64, shape (n_customers,)
            Missing where the mean is.
        """
        spent = orders * np.maximum(money_per_order, 0.0)
        return np.asarray(self.p * (self.gamma + spent) / (self.p * orders + self.q - 1.0))


def _loss(values: Floats, *, count: Floats, mean: Floats) -> tuple[float, Floats]:
    """Is the mean negative log-likelihood and its derivatives by the logarithms of p, q and gamma."""
    p, q, gamma = values
    shape, spent = p * count, count * mean
    both = shape + q
    log_both = np.log(gamma + spent)
    likelihood = gammaln(both) - gammaln(shape) - gammaln(q) + q * np.log(gamma) - np.log(mean)
    likelihood += shape * np.log(spent) - both * log_both
    slopes = (
        p * count * (digamma(both) - digamma(shape) + np.log(spent) - log_both),
        q * (digamma(both) - digamma(q) + np.log(gamma) - log_both),
        q - both * gamma / (gamma + spent),
    )
    return -float(likelihood.sum()) / len(mean), -np.array([float(slope.sum()) for slope in slopes]) / len(mean)
