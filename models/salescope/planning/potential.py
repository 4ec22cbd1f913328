"""Potential: what each leaf can be expected to sell, and what of it is not its own past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from salescope.frames.errors import OutOfRangeError
from salescope.planning.credibility import shrunk_slope
from salescope.planning.grid import Floats
from salescope.planning.leaf_facts import LeafFacts
from salescope.planning.usual_sales import usual_sales

__all__ = ["Fading", "Potential", "potential"]

# A signal, or a surprise, of more than a factor e is an event of its own and says nothing of the rest.
LARGEST = 1.0
PAST_YEARS = 8
LAST, STEADIED, NEW = "last year", "steadied", "new leaf"


@dataclass(frozen=True)
class Fading:
    """Says how fast the past is forgotten: the weight of a year among those up to it, where the history is long.

    Parameters
    ----------
    newest : float, default 0.25
        For the leaf's share among its peers; above 0 and at most 1, which is "last year" alone.
    newest_of_peers : float, default 0.5
        For the peers' share in the whole. Many together are known better than one, so their newest year may count more.

    Raises
    ------
    OutOfRangeError
        If a weight is not above 0 and at most 1.

    Notes
    -----
    The defaults have nearly the least mean absolute log error over the yearly origins 2001 to 2007 of
    hierarchical-tourismlarge, at eight groupings of four levels; between .15 and .30, and .4 and .7, it is flat.
    """

    newest: float = 0.25
    newest_of_peers: float = 0.5

    def __post_init__(self) -> None:
        for name, value in (("newest", self.newest), ("newest_of_peers", self.newest_of_peers)):
            if not 0.0 < value <= 1.0:
                raise OutOfRangeError(value, name=name, where="Fading", least="a little above 0, and at most 1")


@dataclass(frozen=True)
class Potential:
    """Holds what leaves can be expected to sell, why, and how much more their peers would sell there.

    Parameters
    ----------
    achievable : ndarray of float, shape (n_leaves,)
        A year's sales in the workspace's currency, at the level of the whole in the newest year: `fair_share` reads
        proportions, and the goal says the level.
    head_room : ndarray of float, shape (n_leaves,)
        What peers usually sell in such a market beyond `achievable`; 0 where it is less, or no driver is known.
    parts : mapping of str to ndarray of float, shape (n_leaves,)
        What `achievable` is made of, to the last bit of rounding: ``last year``; ``steadied``, what one lucky or
        unlucky year is taken back by; each account base by its name; ``head-room``, what of it is closed within a
        year; and ``new leaf``, what peers sell, where there is no past.
    carried : mapping of str to float
        How much of each signal came true within a year in the past, 0 to 1, drawn towards nothing where it may be
        chance.
    """

    achievable: Floats
    head_room: Floats
    parts: Mapping[str, Floats] = field(repr=False)
    carried: Mapping[str, float] = field(default_factory=dict)

    def table(self, leaves: Sequence[str]) -> pd.DataFrame:
        """Lays the potential out for people.

        Parameters
        ----------
        leaves : sequence of str, shape (n_leaves,)
            Their names.

        Returns
        -------
        DataFrame, shape (n_leaves, 3 + n_parts)
            Columns ``leaf``, the parts, ``achievable`` and ``head_room``, in the workspace's currency.
        """
        return pd.DataFrame(
            {"leaf": list(leaves), **self.parts, "achievable": self.achievable, "head_room": self.head_room}
        )


def potential(facts: LeafFacts, *, fading: Fading | None = None) -> Potential:
    """Estimates what every leaf can be expected to sell in a year, without paying or punishing it for its last one.

    Parameters
    ----------
    facts : LeafFacts
        History, peers, account bases and drivers, all known before the plan is made.
    fading : Fading or None
        How fast the past is forgotten; None for the defaults.

    Returns
    -------
    Potential

    Notes
    -----
    The share of a leaf among its peers and of the peers in the whole are exponentially weighted means of years. "Last
    year plus x %" gives chance of one year to the next as a target, so that who was lucky misses: the ratchet. Then
    signals move a leaf: how its account base stands against its own past, and how far what is usual in such a market
    (`usual_sales`) is from what it sells. Each is taken by as much as it came true over the last eight years of the
    same leaves (`shrunk_slope`), the base first; with fewer than three years none is. What all leaves have in common
    moves the goal and not the split, so it is taken out of every signal.

    Examples
    --------
    B had a good year, and is not asked for another such.

    >>> facts = LeafFacts(history=np.array([[100.0, 100.0, 100.0], [100.0, 100.0, 160.0]]))
    >>> found = potential(facts)
    >>> found.achievable.round(1), found.parts["steadied"].round(1)
    (array([117., 143.]), array([ 17., -17.]))
    """
    chosen = fading or Fading()
    steady = _steady(facts, chosen)
    carried = _carried(facts, chosen)
    last = facts.sold[:, -1]
    parts: dict[str, Floats] = {LAST: last, STEADIED: steady - last}
    achievable = steady
    for name, signal in _signals(facts, steady, fading=chosen).items():
        moved = achievable * np.exp(carried[name] * signal)
        parts[name], achievable = moved - achievable, moved
    usual = usual_sales(steady, drivers=facts.drivers, peers=facts.codes)
    unseen = ~facts.known.any(axis=1)
    if unseen.any():
        parts[NEW] = np.where(unseen, usual, 0.0)
        achievable = achievable + parts[NEW]
    room = (usual - achievable).clip(0.0) if facts.drivers else np.zeros(len(usual))
    return Potential(achievable=achievable, head_room=room, parts=parts, carried=carried)


def _steady(facts: LeafFacts, fading: Fading) -> Floats:
    member = np.arange(facts.codes.max() + 1)[:, None] == facts.codes[None, :]
    of_peers = member @ facts.sold
    whole = of_peers.sum(axis=0)
    inside = _shares(facts.sold, known=facts.known, member=member)
    among = _shares(of_peers, known=member @ facts.known, member=np.ones((1, len(member)), dtype=bool))
    level = (among @ _weights(whole, fading.newest_of_peers)) * whole[np.flatnonzero(whole > 0.0)[-1]]
    return np.asarray((inside @ _weights(whole, fading.newest)) * level[facts.codes], dtype=np.float64)


def _shares(sold: Floats, *, known: np.ndarray, member: np.ndarray) -> Floats:
    """Divides each by its group; a year that is missing has the share of the nearest one before, or after.

    So a group is no smaller before its youngest member began, and nobody is thought to have shrunk since.
    """
    over = (member @ sold)[member.argmax(axis=0)]
    usable = known & (over > 0.0)
    share = np.where(usable, sold / np.where(usable, over, 1.0), np.nan)
    carried = pd.DataFrame(share).ffill(axis=1).bfill(axis=1).fillna(0.0).to_numpy(dtype=np.float64)
    absent = (member @ np.where(usable, 0.0, carried))[member.argmax(axis=0)]
    carried = np.where(usable, carried * (1.0 - absent).clip(0.0), carried)
    held = (member @ carried)[member.argmax(axis=0)]
    return np.asarray(carried / np.where(held > 0.0, held, 1.0), dtype=np.float64)


def _weights(years: Floats, newest: float) -> Floats:
    weight = (1.0 - newest) ** np.arange(len(years), dtype=np.float64)[::-1]
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def _signals(facts: LeafFacts, steady: Floats, *, fading: Fading) -> dict[str, Floats]:
    """Measures what speaks for a leaf beside its own level, as a log ratio about 0."""
    found: dict[str, Floats] = {}
    for name, base in facts.accounts.items():
        known = np.isfinite(base)
        weight = np.where(known, np.maximum(_weights(base[0], fading.newest), 1e-12), 0.0)
        past = (weight * np.where(known, base, 0.0)).sum(axis=1) / weight.sum(axis=1).clip(1e-12)
        # Half an account keeps a leaf with none within numbers.
        ratio = np.log((base[:, -1] + 0.5) / (past + 0.5))
        found[name] = _about_nought(ratio, usable=known[:, -1] & (steady > 0.0))
    if facts.drivers:
        usual = usual_sales(steady, drivers=facts.drivers, peers=facts.codes)
        usable = (steady > 0.0) & (usual > 0.0)
        gap = np.log(np.where(usable, usual, 1.0) / np.where(usable, steady, 1.0))
        found["head-room"] = _about_nought(gap, usable=usable)
    return found


def _carried(facts: LeafFacts, fading: Fading) -> dict[str, float]:
    """Learns from past years of all leaves how much of each signal came true within the year."""
    n_years = facts.history.shape[1]
    names = [*facts.accounts, *(["head-room"] if facts.drivers else [])]
    seen: dict[str, list[Floats]] = {name: [] for name in names}
    came: list[Floats] = []
    first = int(np.flatnonzero(facts.sold.any(axis=0))[0])
    for year in range(max(first + 2, n_years - PAST_YEARS), n_years) if names else ():
        before = facts.until(year)
        steady = _steady(before, fading)
        sold = facts.sold[:, year]
        usable = (steady > 0.0) & (sold > 0.0)
        ratio = np.log(np.where(usable, sold, 1.0) / np.where(usable, steady, 1.0))
        came.append(_about_nought(ratio, usable=usable))
        for name, signal in _signals(before, steady, fading=fading).items():
            seen[name].append(np.where(usable, signal, 0.0))
    return _slopes(seen, came, n_leaves=len(facts.history))


def _slopes(seen: Mapping[str, list[Floats]], came: list[Floats], *, n_leaves: int) -> dict[str, float]:
    if not came:
        return dict.fromkeys(seen, 0.0)
    left, leaf = np.concatenate(came), np.tile(np.arange(n_leaves, dtype=np.int64), len(came))
    slopes: dict[str, float] = {}
    for name, signals in seen.items():
        signal = np.concatenate(signals)
        slopes[name] = shrunk_slope(signal, left, groups=leaf)
        left = left - slopes[name] * signal
    return slopes


def _about_nought(ratio: Floats, *, usable: np.ndarray) -> Floats:
    if not usable.any():
        return np.zeros(len(ratio))
    middle = float(np.median(ratio[usable]))
    return np.where(usable, np.clip(np.where(usable, ratio, middle) - middle, -LARGEST, LARGEST), 0.0)
