"""The BG/NBD purchase process: customers buy at their own rate and may leave right after any repeated order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import betaln, digamma, gammaln, hyp2f1

from salescope.scoring.histories import Histories
from salescope.scoring.members import Floats, sigmoid
from salescope.scoring.negative_binomial import negative_binomial
from salescope.scoring.purchase_process import PurchaseProcess

__all__ = ["BetaGeometricNBD"]

NEAR_ONE = 1e-7


@dataclass(frozen=True, slots=True)
class BetaGeometricNBD(PurchaseProcess):
    """Holds a BG/NBD process: gamma distributed rates of buying, beta distributed chances of leaving after an order.

    Parameters
    ----------
    r, alpha : float
        Shape and inverse scale (days) of the rate of buying; it is r / alpha orders a day on average.
    a, b : float
        Of the chance to leave after a repeated order; it is a / (a + b) on average.
    wave : YearlyWave
        How busy the days of the year are.

    Notes
    -----
    Fader, Hardie, Lee, "Counting your customers the easy way: an alternative to the Pareto/NBD model", Marketing
    Science 24 (2005). A customer without a repeated order cannot have left.

    The hypergeometric function of the expectation is taken after Euler's transformation, where its upper parameters do
    not grow with the number of orders.

    Examples
    --------
    >>> told = Histories(np.array([2.0]), np.array([213.0]), np.array([272.0]), np.array([9862.0]))
    >>> process = BetaGeometricNBD(r=0.243, alpha=30.9, a=0.793, b=2.426)
    >>> process.probability_alive(told).round(3), process.expected_orders(told, horizon=273).round(3)
    (array([0.727]), array([1.226]))
    """

    a: float
    b: float

    name: ClassVar[str] = "bg_nbd"
    parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    timed: ClassVar[tuple[bool, ...]] = (False, True, False, False)

    def _branches(self, told: Histories) -> tuple[Floats, Floats]:
        """Gives the log-likelihoods of being alive and of having left after the last order."""
        shape = self.r + told.repeats
        common = gammaln(shape) - gammaln(self.r) + self.r * np.log(self.alpha) - betaln(self.a, self.b)
        alive = common + betaln(self.a, self.b + told.repeats) - shape * np.log(self._exposed(told, told.age))
        before = self.b + np.maximum(told.repeats - 1.0, 0.0)
        left = common + betaln(self.a + 1.0, before) - shape * np.log(self._exposed(told, told.last))
        return alive, np.where(told.repeats > 0, left, -np.inf)

    def gradient(self, told: Histories, *, seasonal: bool = False) -> tuple[Floats, list[Floats]]:
        """Gives the log-likelihood of each history and its derivatives by r, alpha, a, b and the wave."""
        alive, left = self._branches(told)
        chance = sigmoid(alive - left)
        start, shape = told.began + 1.0, self.r + told.repeats
        slopes = [np.zeros(len(told)) for _ in range(6 if seasonal else 4)]
        for days, weight in ((told.age, chance), (told.last, 1.0 - chance)):
            exposed = self._exposed(told, days)
            slopes[0] -= weight * np.log(exposed)
            slopes[1] -= weight * shape / exposed
            for place, part in enumerate(self.wave.parts(start, start + days) if seasonal else (), start=4):
                slopes[place] -= weight * shape / exposed * part
        slopes[0] += digamma(shape) - digamma(self.r) + np.log(self.alpha)
        slopes[1] += self.r / self.alpha
        both = digamma(self.a + self.b) - digamma(self.a + self.b + told.repeats)
        slopes[2] += both + (1.0 - chance) / self.a
        before = self.b + np.maximum(told.repeats - 1.0, 0.0)
        slopes[3] += both - digamma(self.b) + chance * digamma(self.b + told.repeats) + (1.0 - chance) * digamma(before)
        return np.logaddexp(alive, left), slopes

    def expected_orders(self, told: Histories, *, horizon: float) -> Floats:
        """Gives the orders to expect, whether or not the customer has left, by a hypergeometric function."""
        # The expectation has a removable singularity at a = 1.
        a = self.a if abs(self.a - 1.0) > NEAR_ONE else 1.0 + NEAR_ONE
        known, ahead = self._exposed(told, told.age), self.wave.elapsed(told.now, told.now + horizon)
        both = a + self.b + told.repeats - 1.0
        series = hyp2f1(a - 1.0, a + self.b - 1.0 - self.r, both, ahead / (known + ahead))
        kept = np.exp(-(a - 1.0) * np.log1p(ahead / known)) * series
        return np.asarray(self.probability_alive(told) * both / (a - 1.0) * (1.0 - kept))

    def chances(self, told: Histories, *, horizon: float, faster: Floats, most: int) -> list[Floats]:
        """Gives how likely each number of orders is for a customer that has not left yet, and may after each order."""
        exposed = faster * self.wave.elapsed(told.now, told.now + horizon)
        stayed, before = np.ones(len(told)), self.b + told.repeats
        more, answer, left = np.ones(len(told)), list[Floats](), np.zeros(len(told))
        for count, chance in enumerate(negative_binomial(self.rate(told), exposed, most=most)):
            # With so many orders or more ahead, some customers leave right after this one.
            answer.append(stayed * chance + left * more)
            more = more - chance
            still = before + count
            left = stayed * (self.a / (self.a + still))
            stayed = stayed * (still / (self.a + still))
        answer[-1] = np.maximum(1.0 - sum(answer[:-1], start=np.zeros(len(told))), 0.0)
        return answer
