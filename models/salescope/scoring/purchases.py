"""Purchase processes: what they share, and how they are fitted by maximum likelihood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.optimize import minimize

from salescope.frames.errors import UnknownNameError
from salescope.scoring.beta_geometric import BetaGeometricNBD
from salescope.scoring.histories import Histories
from salescope.scoring.members import Floats
from salescope.scoring.pareto_nbd import ParetoNBD
from salescope.scoring.purchase_process import PurchaseProcess
from salescope.scoring.season import FLAT, TURN, YearlyWave

__all__ = ["PROCESSES", "Comebacks", "fit_process", "fit_season", "process_named"]

# A prior so weak that it speaks only where there are no data.
SPREAD, USUAL_DAYS = 10.0, 90.0
WAVE_SPREAD, HIGHEST_WAVE = 0.3, 0.65
LEAST, MOST = -9.0, 12.0
TIGHT = {"maxiter": 500, "ftol": 1e-11, "gtol": 1e-7}


PROCESSES: Mapping[str, type[PurchaseProcess]] = {"pareto_nbd": ParetoNBD, "bg_nbd": BetaGeometricNBD}
Process = TypeVar("Process", bound=PurchaseProcess)


@dataclass(frozen=True, slots=True)
class Comebacks:
    """Holds when customers came back, which tells the busy months from the slow ones.

    Parameters
    ----------
    day : ndarray of float64, shape (n_days,)
        Days since 1970-01-01.
    orders : ndarray of float64, shape (n_days,)
        Repeated orders on each day, all customers together.
    """

    day: Floats
    orders: Floats


def process_named(name: str) -> type[PurchaseProcess]:
    """Finds a purchase process.

    Parameters
    ----------
    name : {"pareto_nbd", "bg_nbd"}

    Returns
    -------
    type

    Raises
    ------
    UnknownNameError
        When there is none of that name.

    Examples
    --------
    >>> process_named("pareto_nbd").__name__
    'ParetoNBD'
    """
    if name not in PROCESSES:
        raise UnknownNameError(name, what="process", where="LifetimeValue", accepted=list(PROCESSES))
    return PROCESSES[name]


def fit_process(
    kind: type[Process], told: Histories, *, wave: YearlyWave = FLAT, start: PurchaseProcess | None = None
) -> Process:
    """Finds the parameters that make histories most likely.

    Parameters
    ----------
    kind : type
        Which process.
    told : Histories
        One customer or more.
    wave : YearlyWave, default flat
        How busy the days of the year are.
    start : process, optional
        Where to begin the search, as the process of other histories of the same customers.

    Returns
    -------
    process

    Notes
    -----
    Equal histories count once, with their number. Logarithms of parameters have a normal prior of standard deviation 10
    about one order and one departure in 90 days or in the customers' mean age: where there are thousands of customers
    it moves a parameter by less than a thousandth, and a single customer has an answer.

    Examples
    --------
    >>> day, none = np.full(3, 9862.0), np.zeros(3)
    >>> told = Histories(np.array([0.0, 2.0, 1.0]), np.array([0.0, 213.0, 50.0]), none + 272.0, day)
    >>> process = fit_process(ParetoNBD, told)
    >>> bool(0.1 < process.expected_orders(told, horizon=272).sum() < 5)
    True
    """
    grouped, counts = told.grouped()
    centre = _centre(kind, told)
    begin = centre if start is None else np.log([getattr(start, name) for name in kind.parameters])

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, slopes = _loss(kind.of(np.exp(logs), wave=wave), grouped, counts=counts)
        away = (logs - centre) / SPREAD**2
        return value + float((away * (logs - centre)).sum()) / 2.0 / counts.sum(), slopes + away / counts.sum()

    found = minimize(loss, begin, jac=True, bounds=[(LEAST, MOST)] * 4, method="L-BFGS-B", options=TIGHT)
    return kind.of(np.exp(found.x), wave=wave)


def fit_season(kind: type[PurchaseProcess], told: Histories, *, comebacks: Comebacks) -> YearlyWave:
    """Finds how business rises and falls with the year, apart from customers coming and going.

    Parameters
    ----------
    kind : type
        By which process customers buy.
    told : Histories
        Customers over a year and a half or more: a shorter time cannot tell a season from a change for good.
    comebacks : Comebacks
        When the same customers came back.

    Returns
    -------
    YearlyWave

    Notes
    -----
    The likelihood of histories on a clock that follows the year, times how busy the days are on which orders fell: a
    Pareto/NBD process with a covariate common to all customers, as in Bachmann, Meierer, Naef, "The role of
    time-varying contextual factors in latent attrition models for customer base analysis", Marketing Science 40 (2021).
    """
    grouped, counts = told.grouped()
    centre = np.append(_centre(kind, told), [0.0, 0.0])
    spread = np.array([SPREAD] * 4 + [WAVE_SPREAD] * 2)
    cosine, sine = np.cos(TURN * comebacks.day), np.sin(TURN * comebacks.day)

    def loss(values: Floats) -> tuple[float, Floats]:
        wave = YearlyWave(float(values[4]), float(values[5]))
        value, slopes = _loss(kind.of(np.exp(values[:4]), wave=wave), grouped, counts=counts, seasonal=True)
        busy, away = wave.busyness(comebacks.day), (values - centre) / spread**2
        value += float((away * (values - centre)).sum() / 2.0 - (comebacks.orders * np.log(busy)).sum()) / counts.sum()
        falls = [float((comebacks.orders * part / busy).sum()) for part in (cosine, sine)]
        return value, slopes + (away - np.array([0.0] * 4 + falls)) / counts.sum()

    bounds = [(LEAST, MOST)] * 4 + [(-HIGHEST_WAVE, HIGHEST_WAVE)] * 2
    found = minimize(loss, centre, jac=True, bounds=bounds, method="L-BFGS-B", options=TIGHT)
    return YearlyWave(float(found.x[4]), float(found.x[5]))


def _centre(kind: type[PurchaseProcess], told: Histories) -> Floats:
    days = max(float(told.age.sum()) / len(told), USUAL_DAYS)
    return np.log([days if timed else 1.0 for timed in kind.timed])


def _loss(
    process: PurchaseProcess, grouped: Histories, *, counts: Floats, seasonal: bool = False
) -> tuple[float, Floats]:
    """Is the mean negative log-likelihood, and its derivatives by logarithms of parameters and by the wave."""
    likelihood, slopes = process.gradient(grouped, seasonal=seasonal)
    sums = -np.array([float((counts * slope).sum()) for slope in slopes]) / counts.sum()
    sums[:4] *= [getattr(process, name) for name in process.parameters]
    return -float((counts * likelihood).sum()) / counts.sum(), sums
