"""Fairness: whether targets asked alike of everyone, and whether they punish those who grew."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from salescope.frames.errors import OutOfRangeError
from salescope.planning.attained import Attained
from salescope.planning.fairness_said import GroupFairness, said_of
from salescope.planning.resampling import Correlation, correlation, difference_by_chance

__all__ = ["FairnessReport", "fairness"]


@dataclass(frozen=True)
class FairnessReport:
    """Says whether targets were fair, in figures and in words.

    Parameters
    ----------
    whole : GroupFairness
        Everybody.
    groups : tuple of GroupFairness
        Each group of each kind.
    said : tuple of str
        The same for people, without what may be chance.
    """

    whole: GroupFairness
    groups: tuple[GroupFairness, ...]
    said: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Lays the figures out, everybody first.

        Returns
        -------
        DataFrame, shape (1 + n_groups, 18)
            One row a group; a correlation is four columns, as ``growth``, ``growth_lo``, ``growth_hi``,
            ``growth_chance``.
        """
        return pd.DataFrame([_row(group) for group in (self.whole, *self.groups)])


def fairness(attained: Attained, *, tolerance: float = 0.1, draws: int = 2_000, seed: int = 0) -> FairnessReport:
    """Judges the spread of attainment, and whether it goes with past growth, potential, region or seniority.

    Parameters
    ----------
    attained : Attained
        Attainment, or its probability.
    tolerance : float, default 0.1
        How near is near: of 1 for attainment, of the median for probabilities.
    draws : int, default 2000
        Permutations and bootstrap samples.
    seed : int, default 0
        Of these.

    Returns
    -------
    FairnessReport

    Raises
    ------
    OutOfRangeError
        If no attainment is known, or `tolerance` or `draws` is not above 0.

    Notes
    -----
    Small samples are not to be over-read: a correlation has a percentile interval of the bootstrap over rows and the
    share of permutations that are as large; a group has the share of permutations in which some group of some kind
    stands as far apart (Westfall and Young, 1993), so that thirty groups have not thirty chances of a false alarm.
    Words are only for what chance makes in fewer than 5 of 100. Rows are taken as independent: with several years of
    the same persons intervals are too short.

    Examples
    --------
    Those who grew most missed most: they had been given last year plus 5 % for a target.

    >>> growth = np.linspace(-0.2, 0.2, 20)
    >>> report = fairness(Attained(1.0 - 0.8 * growth, growth=growth), draws=200)
    >>> round(report.whole.growth.value, 2), round(report.whole.within, 2)
    (-1.0, 0.6)
    >>> print(report.said[1])
    Who had grown more reached less of the target (correlation -1.00, 95 % interval -1.00 to -1.00): past growth was
    punished.
    """
    if tolerance <= 0.0 or draws < 1:
        wrong, name = (tolerance, "tolerance") if tolerance <= 0.0 else (draws, "draws")
        raise OutOfRangeError(wrong, name=name, where="fairness", least="a little above 0")
    known = np.isfinite(attained.attainment)
    if not known.any():
        raise OutOfRangeError(0, name="attainment", where="fairness", least="one that is known")
    near = float(np.median(attained.attainment[known])) if attained.probability else 1.0
    rng = np.random.default_rng(seed)
    judge = _Judge(attained, near=near, tolerance=tolerance, draws=draws)
    whole = judge.group(("all", "all"), known, rng=rng)
    groups = judge.groups(known, rng=rng)
    said = said_of(whole, groups, tolerance=tolerance, probability=attained.probability)
    return FairnessReport(whole=whole, groups=groups, said=said)


@dataclass(frozen=True)
class _Judge:
    attained: Attained
    near: float
    tolerance: float
    draws: int

    def group(self, named: tuple[str, str], rows: np.ndarray, *, rng: np.random.Generator) -> GroupFairness:
        values = self.attained.attainment[rows]
        near = np.abs(values - self.near) <= self.tolerance
        interval = binomtest(int(near.sum()), len(near)).proportion_ci(method="wilson")
        size = self.attained.potential
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = None if size is None else np.log(size[rows])
        growth = None if self.attained.growth is None else self.attained.growth[rows]
        return GroupFairness(
            *named,
            n=len(values),
            mean=float(values.mean()),
            spread=float(values.std(ddof=1)) if len(values) > 1 else float("nan"),
            within=float(near.mean()),
            within_lo=float(interval.low),
            within_hi=float(interval.high),
            growth=correlation(values, growth, draws=self.draws, rng=rng),
            potential=correlation(values, logs, draws=self.draws, rng=rng),
        )

    def groups(self, known: np.ndarray, *, rng: np.random.Generator) -> tuple[GroupFairness, ...]:
        members = [
            (kind, str(name), known & (column == name))
            for kind, column in ((kind, np.asarray(names, dtype=str)) for kind, names in self.attained.groups.items())
            for name in np.unique(column[known])
        ]
        if not members:
            return ()
        member = np.column_stack([rows[known] for _, _, rows in members])
        apart, chance = difference_by_chance(self.attained.attainment[known], member, draws=self.draws, rng=rng)
        return tuple(
            replace(self.group((kind, name), rows, rng=rng), apart=float(far), chance=float(least))
            for (kind, name, rows), far, least in zip(members, apart, chance, strict=True)
        )


def _row(group: GroupFairness) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, value in group.__dict__.items():
        if isinstance(value, Correlation):
            row.update({name: value.value, f"{name}_lo": value.lo, f"{name}_hi": value.hi})
            row[f"{name}_chance"] = value.chance
        else:
            row[name] = value
    return row
