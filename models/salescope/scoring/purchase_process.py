"""What every purchase process is: customers buy at rates of their own until they leave."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from salescope.scoring.histories import Histories
from salescope.scoring.members import Floats, sigmoid
from salescope.scoring.season import FLAT, YearlyWave

__all__ = ["PurchaseProcess"]


@dataclass(frozen=True, slots=True)
class PurchaseProcess(ABC):
    """Is a process by which customers buy and leave, each at a rate of its own.

    Parameters
    ----------
    r, alpha : float
        Shape and inverse scale (days) of the rate of buying; it is r / alpha orders a day on average.
    wave : YearlyWave
        How busy the days of the year are; leaving does not follow it.

    Attributes
    ----------
    name : str
        What the process is called.
    parameters : tuple of str
        Its parameters, the wave aside.
    timed : tuple of bool
        Which of them are days.
    """

    r: float
    alpha: float
    wave: YearlyWave = field(default=FLAT, kw_only=True)

    name: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]]
    timed: ClassVar[tuple[bool, ...]]

    @classmethod
    def of(cls, values: Floats, *, wave: YearlyWave = FLAT) -> Self:
        """Makes a process of its parameters.

        Parameters
        ----------
        values : ndarray of float64, shape (n_parameters,)
            In the order of ``parameters``.
        wave : YearlyWave, default flat

        Returns
        -------
        PurchaseProcess
        """
        return cls(*(float(value) for value in values), wave=wave)

    def probability_alive(self, told: Histories) -> Floats:
        """Gives the chance that a customer has not left.

        Parameters
        ----------
        told : Histories

        Returns
        -------
        ndarray of float64, shape (n_customers,)
        """
        alive, left = self._branches(told)[:2]
        return sigmoid(alive - left)

    def rate(self, told: Histories) -> tuple[Floats, Floats]:
        """Gives what is known of the rate of buying of a customer that has not left: a gamma distribution.

        Parameters
        ----------
        told : Histories

        Returns
        -------
        tuple of ndarray of float64, each of shape (n_customers,)
            Its shape, and its inverse scale in days as busy as the average.
        """
        return self.r + told.repeats, self._exposed(told, told.age)

    def _exposed(self, told: Histories, until: Floats) -> Floats:
        """Is alpha and how much business passed in so many days after the first order."""
        start = told.began + 1.0
        return self.alpha + self.wave.elapsed(start, start + until)

    @abstractmethod
    def _branches(self, told: Histories) -> tuple[Any, ...]:
        """Gives the log-likelihoods of being alive and of having left, and what a process notes on its way there."""

    @abstractmethod
    def gradient(self, told: Histories, *, seasonal: bool = False) -> tuple[Floats, list[Floats]]:
        """Gives the log-likelihood of each history and its derivatives.

        Parameters
        ----------
        told : Histories
        seasonal : bool, default False
            Whether also those by the wave are wanted.

        Returns
        -------
        tuple of (ndarray of float64, list of ndarray of float64), each of shape (n_customers,)
            The derivatives by the parameters, and by the cosine and sine of the wave.
        """

    @abstractmethod
    def expected_orders(self, told: Histories, *, horizon: float) -> Floats:
        """Gives the orders to expect, whether or not the customer has left.

        Parameters
        ----------
        told : Histories
        horizon : float
            Days from the first that is not observed.

        Returns
        -------
        ndarray of float64, shape (n_customers,)
        """

    @abstractmethod
    def chances(self, told: Histories, *, horizon: float, faster: Floats, most: int) -> list[Floats]:
        """Gives how likely each number of orders is for a customer that has not left.

        Parameters
        ----------
        told : Histories
        horizon : float
            Days from the first that is not observed.
        faster : ndarray of float64, shape (n_customers,)
            How many times the process's own rate each customer buys at.
        most : int
            The last entry holds as many orders and all above.

        Returns
        -------
        list of ndarray of float64, each of shape (n_customers,)
            Of 0, 1, … orders.
        """
