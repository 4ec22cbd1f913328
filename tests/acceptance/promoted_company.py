"""Companies whose channels answer to spend by curves of many families, most of them not the one that is fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from salescope.planning.grid import Floats

FAMILIES = ("hill", "s-shaped hill", "exponential", "power", "logarithm", "delayed hill")
LEVEL = 100_000.0
Curve = Callable[[float], float]


@dataclass(frozen=True)
class PromotedCompany:
    """Holds weekly history and the true curves (sales a week over steady money a week)."""

    sales: Floats
    spend: pd.DataFrame
    curves: tuple[Curve, ...]

    def response(self, spend: Floats) -> float:
        """Computes what an allocation truly brings in a week."""
        return sum(curve(float(money)) for curve, money in zip(self.curves, spend, strict=True))

    def marginal(self, spend: Floats) -> Floats:
        """Computes what one more of money truly brings in each channel."""
        step = spend * 1e-4
        return np.array(
            [
                (curve(money + by) - curve(money - by)) / (2 * by)
                for curve, money, by in zip(self.curves, spend, step, strict=True)
            ]
        )

    def best(self, money: float, *, low: Floats, high: Floats) -> float:
        """Finds the most that the money can truly bring within limits, from thirteen starts: curves may be S-shaped."""
        unit, rng = money / len(low), np.random.default_rng(0)
        middle = low + (high - low) * (money - low.sum()) / (high - low).sum()
        starts = [middle, *(low + rng.dirichlet(np.ones(len(low))) * (money - low.sum()) for _ in range(12))]
        found = [self.response(middle)]
        for start in starts:
            result = optimize.minimize(
                lambda x: -self.response(np.maximum(x * unit, 0.0)) / LEVEL,
                np.clip(start, low, high) / unit,
                method="SLSQP",
                bounds=list(zip(low / unit, high / unit, strict=True)),
                constraints={"type": "eq", "fun": lambda x: x.sum() - money / unit},
                options={"maxiter": 200},
            )
            if abs(result.x.sum() * unit - money) < 1e-6 * money:
                found.append(self.response(np.clip(result.x * unit, low, high)))
        return max(found)


def true_curve(family: str, *, top: float, usual: float, rng: np.random.Generator) -> Curve:
    """Draws a curve that brings `top` at the usual spend."""
    half, bend, power = np.exp(rng.uniform(np.log(0.3), np.log(3.0))), rng.uniform(1.3, 2.2), rng.uniform(0.3, 0.7)
    shapes: dict[str, Curve] = {
        "hill": lambda z: z / (z + half),
        "delayed hill": lambda z: z / (z + half),
        "s-shaped hill": lambda z: z**bend / (z**bend + half**bend),
        "exponential": lambda z: 1.0 - float(np.exp(-z / half)),
        "power": lambda z: z**power,
        "logarithm": lambda z: float(np.log1p(z / half)),
    }
    shape = shapes[family]
    return lambda money: top * shape(money / usual) / shape(1.0)


def promoted_company(seed: int, *, vary: float, weeks: int = 156) -> PromotedCompany:
    """Makes three years: bent trend, two waves of the season, noise with memory, carry-over, spend in blocks of weeks.

    Three to six channels lift sales by some 5 % each and return some 2 for one of money, both scattered by a factor of 1.6;
    noise is 1, 2 or 4 % of sales; promotion lifts the base of the week in half of the companies, adds to it in the others.
    """
    rng = np.random.default_rng([seed, 7])
    count, time = int(rng.integers(3, 7)), np.arange(weeks)
    base = (
        1.0
        + rng.uniform(-0.1, 0.15) * time / 52
        + 0.04 * np.sin(2 * np.pi * time / rng.uniform(90, 200) + rng.uniform(0, 6))
    )
    turn = rng.uniform(0, 6)
    base = base * (
        1.0 + rng.uniform(0.08, 0.2) * np.sin(2 * np.pi * time / 52.18 + turn) + 0.05 * np.sin(4 * np.pi * time / 52.18)
    )
    top = LEVEL * 0.05 * np.exp(rng.normal(0, 0.5, count))
    usual = top / (2.0 * np.exp(rng.normal(0, 0.5, count)))
    families = [FAMILIES[place] for place in rng.integers(0, len(FAMILIES), count)]
    curves = tuple(true_curve(families[c], top=top[c], usual=usual[c], rng=rng) for c in range(count))
    spend = np.column_stack([usual[c] * varied(weeks, vary=vary, rng=rng) for c in range(count)])
    lift = np.zeros(weeks)
    for c in range(count):
        kernel = rng.uniform(0, 0.7) ** np.arange(40)
        kernel = np.convolve(kernel, [0.3, 0.7])[:40] if families[c] == "delayed hill" else kernel
        stock = np.convolve(np.concatenate([np.full(60, usual[c]), spend[:, c]]), kernel / kernel.sum())[
            60 : 60 + weeks
        ]
        lift += np.array([curves[c](float(money)) for money in stock])
    sales = LEVEL * base * (1.0 + lift / LEVEL) if rng.integers(2) else LEVEL * base + lift
    return PromotedCompany(
        sales=sales * (1.0 + float(rng.choice([0.01, 0.02, 0.04])) * remembered(weeks, rng=rng)),
        spend=pd.DataFrame(spend, columns=[f"{family} {c}" for c, family in enumerate(families)]),
        curves=curves,
    )


def varied(weeks: int, *, vary: float, rng: np.random.Generator) -> Floats:
    """Draws spend over its usual amount: even within ± `vary`, alike for one to four weeks."""
    block = int(rng.integers(1, 5))
    return np.asarray(1.0 + np.repeat(rng.uniform(-vary, vary, weeks // block + 1), block)[:weeks], dtype=np.float64)


def remembered(weeks: int, *, rng: np.random.Generator) -> Floats:
    """Draws noise of standard deviation 1 that remembers the week before."""
    memory, fresh = rng.uniform(0, 0.5), rng.normal(size=weeks)
    noise = np.empty(weeks)
    noise[0] = fresh[0]
    for week in range(1, weeks):
        noise[week] = memory * noise[week - 1] + np.sqrt(1.0 - memory**2) * fresh[week]
    return noise
