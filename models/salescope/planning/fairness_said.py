"""How a group came off with its targets, in figures and, as far as chance does not explain it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salescope.planning.resampling import Correlation

__all__ = ["GroupFairness", "said_of"]

FEW = 8
MOST_SAID = 5


@dataclass(frozen=True)
class GroupFairness:
    """Says how one group came off.

    Parameters
    ----------
    kind, name : str
        As ``region`` and ``North``; ``all`` twice for everybody.
    n : int
        How many have a target.
    mean, spread : float
        Mean and standard deviation of attainment; the spread is NaN for a single one.
    within, within_lo, within_hi : float
        Share that is near (see `fairness`), and its 95 % interval (Wilson).
    growth, potential : Correlation
        Of attainment with past growth (below 0 is the ratchet) and with the logarithm of potential.
    apart : float
        Mean of the group less that of all others; 0 for everybody.
    chance : float
        Share of permutations that set some group of any kind as far apart; 1 for everybody.
    """

    kind: str
    name: str
    n: int
    mean: float
    spread: float
    within: float
    within_lo: float
    within_hi: float
    growth: Correlation
    potential: Correlation
    apart: float = 0.0
    chance: float = 1.0


def said_of(
    whole: GroupFairness, groups: Sequence[GroupFairness], *, tolerance: float, probability: bool
) -> tuple[str, ...]:
    """Says what a fairness report found.

    Parameters
    ----------
    whole : GroupFairness
        Everybody.
    groups : sequence of GroupFairness
        Each group.
    tolerance : float
        How near is near.
    probability : bool
        Whether attainment is a probability.

    Returns
    -------
    tuple of str
        Sentences: how many are near, the two correlations where they are known, and up to five groups that stand apart.
    """
    said = [_near(whole, tolerance=tolerance, probability=probability)]
    reached = "was as likely to reach the target" if probability else "reached as much of the target"
    less = ("was less likely to reach the target", "was likelier to reach the target")
    less = less if probability else ("reached less of the target", "reached more of the target")
    if whole.n < FEW:
        return (*said, f"That is too few to say whether it is fair: {FEW} targets are the least.")
    said += _goes_with(whole.growth, who="had grown more", ways=(*less, reached), means=_RATCHET)
    said += _goes_with(whole.potential, who="has more potential", ways=(*less, reached), means=_SIZE)
    apart = sorted((group for group in groups if group.chance < 0.05), key=lambda group: -abs(group.apart))
    said += [_stands_apart(group, probability=probability) for group in apart[:MOST_SAID]]
    if len(apart) > MOST_SAID:
        said.append(f"{len(apart) - MOST_SAID} more groups stand apart.")
    if groups and not apart:
        kinds = " or ".join(dict.fromkeys(group.kind for group in groups))
        said.append(f"No {kinds} stands apart by more than chance.")
    return tuple(said)


_RATCHET = ("past growth was punished", "past growth was rewarded")
_SIZE = ("large ones were asked for too much", "small ones were asked for too much")


def _near(whole: GroupFairness, *, tolerance: float, probability: bool) -> str:
    count = round(whole.within * whole.n)
    what = f"{tolerance * 100:.0f} points of the median chance" if probability else f"{tolerance:.0%} of their target"
    interval = f"95 % interval {whole.within_lo * 100:.0f} to {whole.within_hi * 100:.0f}"
    return f"{count} of {whole.n} ({whole.within * 100:.0f} %, {interval}) are within {what}."


def _goes_with(found: Correlation, *, who: str, ways: tuple[str, str, str], means: tuple[str, str]) -> list[str]:
    if found.value != found.value:
        return []
    figures = f"correlation {found.value:.2f}, 95 % interval {found.lo:.2f} to {found.hi:.2f}"
    if not found.surely:
        return [f"Who {who} {ways[2]}, as far as can be told ({figures})."]
    way = int(found.value > 0.0)
    return [f"Who {who} {ways[way]} ({figures}): {means[way]}."]


def _stands_apart(group: GroupFairness, *, probability: bool) -> str:
    way = "above" if group.apart > 0.0 else "below"
    unit = "points of chance" if probability else "points of attainment"
    by = f"{abs(group.apart) * 100:.0f} {unit} {way} all others"
    chance = f"chance explains that in {group.chance * 100:.1f} % of cases"
    return f"{group.kind} {group.name} ({group.n}) is {by}; {chance}."
