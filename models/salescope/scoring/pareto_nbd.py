"""The Pareto/NBD purchase process: customers buy at their own rate until, unseen, they leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import digamma, gammaln

from salescope.scoring.histories import Histories
from salescope.scoring.members import Floats, sigmoid
from salescope.scoring.negative_binomial import negative_binomial
from salescope.scoring.purchase_process import PurchaseProcess

__all__ = ["ParetoNBD"]

# Gauss-Legendre places and weights between 0 and 1.
DEATHS = [
    ((1.0 + place) / 2.0, weight / 2.0) for place, weight in zip(*np.polynomial.legendre.leggauss(16), strict=True)
]
AHEAD = [
    ((1.0 + place) / 2.0, weight / 2.0) for place, weight in zip(*np.polynomial.legendre.leggauss(32), strict=True)
]
SHORTEST, LEAST_FALL = 1e-9, 1e-6

# Days after the first order, the logarithm of the business until then, and of beta + days.
_Death = tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class ParetoNBD(PurchaseProcess):
    """Holds a Pareto/NBD process: gamma distributed rates of buying and of leaving.

    Parameters
    ----------
    r, alpha : float
        Shape and inverse scale (days) of the rate of buying; it is r / alpha orders a day on average.
    s, beta : float
        Shape and inverse scale (days) of the rate of leaving.
    wave : YearlyWave
        How busy the days of the year are; leaving does not follow it.

    Notes
    -----
    Schmittlein, Morrison, Colombo, "Counting your customers: who are they and what will they do next?", Management
    Science 33 (1987); Fader, Hardie, "A note on deriving the Pareto/NBD model and related expressions" (2005).

    In place of the hypergeometric functions of the closed forms, the unseen day of leaving is integrated out
    numerically, in logarithms, over places that follow the integrand: it neither overflows nor cancels, takes a season,
    and gives its own derivatives. Of 16 places the logarithm is right to 1e-6 as a rule, to 1e-2 at the edge.

    Sums run over places one by one, so that a customer alone gets the same bits as among others.

    Examples
    --------
    >>> told = Histories(np.array([2.0]), np.array([213.0]), np.array([272.0]), np.array([9862.0]))
    >>> process = ParetoNBD(r=0.553, alpha=74.0, s=0.606, beta=81.7)
    >>> process.probability_alive(told).round(3), process.expected_orders(told, horizon=273).round(3)
    (array([0.869]), array([1.455]))
    """

    s: float
    beta: float

    name: ClassVar[str] = "pareto_nbd"
    parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    timed: ClassVar[tuple[bool, ...]] = (False, True, False, True)

    def _logs(self, told: Histories, days: Floats, *, logged: Floats | None = None) -> tuple[Floats, Floats, Floats]:
        """Gives the logarithms of alpha + days, which may be known, of the business until then, and of beta + days."""
        logged = np.log(self.alpha + days) if logged is None else logged
        exposed = logged if self.wave.is_flat else np.log(self._exposed(told, days))
        return logged, exposed, np.log(self.beta + days)

    def _fall(self, told: Histories, logs: tuple[Floats, Floats, Floats]) -> Floats:
        """Is the logarithm of the integrand over days of leaving, in log(alpha + days)."""
        logged, exposed, known = logs
        return logged - (self.s + 1.0) * known - (self.r + told.repeats) * exposed

    def _places(self, told: Histories) -> Iterator[tuple[_Death, Floats]]:
        """Gives places where a customer may have left, and the logarithm of what each weighs in the integral."""
        first, last = self._logs(told, told.last), self._logs(told, told.age)
        start = first[0]
        width = np.maximum(last[0] - start, SHORTEST)
        # Between its ends the integrand falls nearly like an exponential; places spread by that one leave little to do.
        fall = (self._fall(told, first) - self._fall(told, last)) / width
        fall = np.where(np.abs(fall * width) < LEAST_FALL, LEAST_FALL / width, fall)
        share = -np.expm1(-fall * width)
        spread = np.log(share / fall)
        for place, weight in DEATHS:
            step = -np.log1p(-place * share) / fall
            days = np.exp(start + step) - self.alpha
            logs = self._logs(told, days, logged=start + step)
            yield (days, logs[1], logs[2]), self._fall(told, logs) + fall * step + spread + np.log(weight)

    def _branches(self, told: Histories) -> tuple[Floats, Floats, list[tuple[_Death, Floats]]]:
        """Gives the log-likelihoods of being alive and of having left, and the places with their shares of that."""
        common = (
            gammaln(self.r + told.repeats) - gammaln(self.r) + self.r * np.log(self.alpha) + self.s * np.log(self.beta)
        )
        _, exposed, known = self._logs(told, told.age)
        alive = common - (self.r + told.repeats) * exposed - self.s * known
        deaths, weights = zip(*self._places(told), strict=True)
        top = weights[0]
        for weight in weights[1:]:
            top = np.maximum(top, weight)
        parts = [np.exp(weight - top) for weight in weights]
        total = np.zeros(len(told))
        for part in parts:
            total += part
        left = common + np.log(self.s) + top + np.log(total)
        return alive, left, [(death, part / total) for death, part in zip(deaths, parts, strict=True)]

    def gradient(self, told: Histories, *, seasonal: bool = False) -> tuple[Floats, list[Floats]]:
        """Gives the log-likelihood of each history and its derivatives by r, alpha, s, beta and the wave."""
        alive, left, places = self._branches(told)
        chance, dead = sigmoid(alive - left), sigmoid(left - alive)
        alive_now: _Death = (told.age, *self._logs(told, told.age)[1:])
        ended = [(alive_now, chance, 0.0), *((death, share * dead, 1.0) for death, share in places)]
        start, shape = told.began + 1.0, self.r + told.repeats
        slopes = [np.zeros(len(told)) for _ in range(6 if seasonal else 4)]
        for (days, log_exposed, log_known), weight, died in ended:
            bought = weight * shape / self._exposed(told, days)
            slopes[0] -= weight * log_exposed
            slopes[1] -= bought
            slopes[2] -= weight * (log_known - died / self.s)
            slopes[3] -= weight * (self.s + died) / (self.beta + days)
            for place, part in enumerate(self.wave.parts(start, start + days) if seasonal else (), start=4):
                slopes[place] -= bought * part
        slopes[0] += digamma(shape) - digamma(self.r) + np.log(self.alpha)
        slopes[1] += self.r / self.alpha
        slopes[2] += np.log(self.beta)
        slopes[3] += self.s / self.beta
        return np.logaddexp(alive, left), slopes

    def expected_orders(self, told: Histories, *, horizon: float) -> Floats:
        """Gives the orders to expect, whether or not the customer has left; a season ahead by quadrature."""
        shape, scale = self.rate(told)
        return self.probability_alive(told) * shape / scale * self._presence(told, horizon=horizon)

    def _presence(self, told: Histories, *, horizon: float) -> Floats:
        """Is how much business passes while a customer that is there now is still expected to be."""
        known = self.beta + told.age
        kept = -np.log1p(horizon / known)
        if abs(self.s - 1.0) < SHORTEST:
            total = -known * kept
        else:
            total = -known * np.expm1((self.s - 1.0) * kept) / (self.s - 1.0)
        if self.wave.is_flat:
            return np.asarray(total)
        for place, weight in AHEAD:
            stays = np.exp(-self.s * np.log1p(place * horizon / known))
            total = total + weight * horizon * stays * (self.wave.busyness(told.now + place * horizon) - 1.0)
        return np.asarray(total)

    def chances(self, told: Histories, *, horizon: float, faster: Floats, most: int) -> list[Floats]:
        """Gives how likely each number of orders is for a customer that is there, over all days of leaving."""
        rate, known = self.rate(told), self.beta + told.age
        stays = np.exp(-self.s * np.log1p(horizon / known))
        ends = [(stays, np.full(len(told), float(horizon)))]
        for place, weight in DEATHS:
            still = stays + (1.0 - stays) * place
            ends.append(((1.0 - stays) * weight, known * np.expm1(-np.log(still) / self.s)))
        total: list[Floats] = [np.zeros(len(told)) for _ in range(most + 1)]
        for share, days in ends:
            exposed = faster * self.wave.elapsed(told.now, told.now + days)
            for count, chance in enumerate(negative_binomial(rate, exposed, most=most)):
                total[count] = total[count] + share * chance
        return total
