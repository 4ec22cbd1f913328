"""What an assignment of territories costs: balance, travel, ability and changes, each as a share of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from salescope.frames.errors import OutOfRangeError
from salescope.planning.grid import Floats, Ints

__all__ = ["TerritoryTask", "TerritoryWeights", "kilometres"]

EARTH_KM = 6_371.0


@dataclass(frozen=True, kw_only=True)
class TerritoryWeights:
    """Says how much each aim counts; all are shares of a whole, so that equal weights mean equal importance.

    Parameters
    ----------
    balance : float
        Of workload that lies with others than capacity says.
    fairness : float
        Of potential that lies with others than capacity says.
    ability : float
        Of potential times what its representative lacks to the ablest.
    travel : float
        Of distance, weighted by workload, over the mean distance of all pairs.
    change : float
        Of potential that gets another representative.

    Raises
    ------
    OutOfRangeError
        If a weight is negative or not finite.

    Examples
    --------
    >>> TerritoryWeights(change=2.0)
    TerritoryWeights(balance=1.0, fairness=1.0, ability=1.0, travel=0.5, change=2.0)
    """

    balance: float = 1.0
    fairness: float = 1.0
    ability: float = 1.0
    travel: float = 0.5
    change: float = 0.5

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not (np.isfinite(value) and value >= 0):
                raise OutOfRangeError(value, name=name, where="TerritoryWeights", least=0)


@dataclass(frozen=True)
class TerritoryTask:
    """Holds what is to be assigned, as arrays.

    Parameters
    ----------
    workload, potential : ndarray of float, shape (n_accounts,)
        What each account takes and may bring.
    capacity : ndarray of float, shape (n_reps,)
        Workload that each representative can carry.
    ability : ndarray of float, shape (n_reps,)
        What each sells of a potential, 1 for the average.
    distance : ndarray of float, shape (n_accounts, n_reps)
        From each to each, in any unit; zeros where travel does not count.
    present : ndarray of int, shape (n_accounts,)
        Who has each account now; -1 for nobody.
    weights : TerritoryWeights
        What counts how much.
    """

    workload: Floats
    potential: Floats
    capacity: Floats
    ability: Floats
    distance: Floats
    present: Ints
    weights: TerritoryWeights

    @property
    def shape(self) -> tuple[int, int]:
        """Is the number of accounts and of representatives."""
        return len(self.workload), len(self.capacity)

    def single(self) -> Mapping[str, Floats]:
        """Lists what giving an account to a representative costs by itself.

        Returns
        -------
        mapping of str to ndarray of float, shape (n_accounts, n_reps)
            ``ability``, ``travel`` and ``change``, weighted.
        """
        weights, share = self.weights, _shares(self.potential)
        lacking = 1.0 - self.ability / max(float(self.ability.max()), 1e-300)
        usual = float(self.distance.mean())
        reps = np.arange(self.shape[1])
        moved = (self.present >= 0)[:, None] & (self.present[:, None] != reps[None, :])
        return {
            "ability": weights.ability * share[:, None] * lacking[None, :],
            "travel": weights.travel * _shares(self.workload)[:, None] * self.distance / (usual if usual > 0 else 1.0),
            "change": weights.change * share[:, None] * moved,
        }

    def loads(self) -> Mapping[str, tuple[float, Floats, Floats]]:
        """Lists what should lie with representatives in proportion to their capacity.

        Returns
        -------
        mapping of str to (float, ndarray of float of shape (n_accounts,), ndarray of float of shape (n_reps,))
            ``balance`` and ``fairness``: the weight, the accounts' shares, and what each representative should have.
            What is off counts half, for what one has too much another has too little.
        """
        due = _shares(self.capacity)
        return {
            "balance": (self.weights.balance / 2.0, _shares(self.workload), due),
            "fairness": (self.weights.fairness / 2.0, _shares(self.potential), due),
        }

    def terms(self, owner: Ints) -> dict[str, float]:
        """Measures an assignment.

        Parameters
        ----------
        owner : ndarray of int, shape (n_accounts,)
            Position of the representative of each account; -1 for nobody, which costs nothing by itself.

        Returns
        -------
        dict of str to float
            ``balance``, ``fairness``, ``ability``, ``travel`` and ``change``, weighted; their sum is what is minimised.
        """
        held = np.flatnonzero(owner >= 0)
        found = {name: float(cost[held, owner[held]].sum()) for name, cost in self.single().items()}
        for name, (weight, share, due) in self.loads().items():
            has = np.bincount(owner[held], share[held], minlength=self.shape[1])
            found[name] = weight * float(np.abs(has - due).sum())
        return {name: found[name] for name in ("balance", "fairness", "ability", "travel", "change")}


def kilometres(of: Floats, to: Floats) -> Floats:
    """Measures great circles between places.

    Parameters
    ----------
    of : ndarray of float, shape (n_from, 2)
        Latitude and longitude, in degrees.
    to : ndarray of float, shape (n_to, 2)
        The same.

    Returns
    -------
    ndarray of float, shape (n_from, n_to)
        Kilometres; NaN where a place is unknown.

    Examples
    --------
    >>> kilometres(np.array([[25.03, 121.57]]), np.array([[22.63, 120.3]])).round().tolist()
    [[296.0]]
    """
    here, there = np.radians(of)[:, None, :], np.radians(to)[None, :, :]
    half = np.sin((there - here) / 2.0) ** 2
    inside = half[..., 0] + np.cos(here[..., 0]) * np.cos(there[..., 0]) * half[..., 1]
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(np.clip(inside, 0.0, 1.0))), dtype=np.float64)


def _shares(amounts: Floats) -> Floats:
    whole = float(amounts.sum())
    return np.asarray(amounts / whole if whole > 0 else np.zeros(len(amounts)), dtype=np.float64)
