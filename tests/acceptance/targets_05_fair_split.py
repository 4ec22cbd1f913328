"""Row 5: the goal of 76 regions is split by potential; how near each comes to its target, and whether growth is punished.

A pure test of the split: the goal is what all regions together did sell in the year, so that no forecast of the total helps or harms.
"Last year + x %" is the same goal split by last year. Weights were chosen on the origins before 2008; these nine are later.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from tests.acceptance.outcome import Outcome
from tests.acceptance.tourism import tourism

from salescope.planning import Attained, LeafFacts, fairness, potential, years_of

ORIGINS = range(10, 19)  # 2008 to 2016; the history begins in 1998
WITHIN, CORRELATION = 0.54, 0.10


def run() -> Outcome:
    """Prints both splits over all origins and by origin; holds by the shares within 10 % and the correlation pooled."""
    panel, tree = tourism()
    regions = [row for row, level in enumerate(tree.level) if level == "region"]
    sold = years_of(panel.values[regions])
    state = [tree.nodes[row][0] for row in regions]

    def by_potential(year: int) -> np.ndarray:
        return potential(LeafFacts(history=sold[:, :year], peers=state)).achievable

    def both_sides(year: int) -> np.ndarray:
        shares = (sold / sold.sum(axis=0))[:, [near for near in (year - 2, year - 1, year + 1, year + 2) if near < 19]]
        return shares.mean(axis=1)

    last = judged(sold, "last year + x %", lambda year: sold[:, year - 1])
    judged(sold, "mean of 3 years", lambda year: sold[:, year - 3 : year].mean(axis=1))
    judged(sold, "two years before and after (not to be had)", both_sides)
    ours = judged(sold, "potential", by_potential)
    figure = (
        f"{len(ORIGINS)} origins, {len(regions)} regions: {ours[0]:.1%} within 10 %, correlation with previous growth {ours[1]:+.3f}; "
        f"last year + x %: {last[0]:.1%}, {last[1]:+.3f}"
    )
    return Outcome(figure, ours[0] >= WITHIN and abs(ours[1]) <= CORRELATION)


def judged(sold: np.ndarray, name: str, split: Callable[[int], np.ndarray]) -> tuple[float, float]:
    """Judges one way of splitting by the fairness report, pooled and by origin."""
    attained, grown = [], []
    for year in ORIGINS:
        share = split(year)
        attained.append(sold[:, year] / (sold[:, year].sum() * share / share.sum()))
        grown.append(sold[:, year - 1] / sold[:, year - 2] - 1.0)
    report = fairness(Attained(np.concatenate(attained), growth=np.concatenate(grown)))
    each = [
        fairness(Attained(one, growth=growth), draws=100).whole for one, growth in zip(attained, grown, strict=True)
    ]
    print(f"{name}: {report.whole.within:.1%} within 10 %, correlation {report.whole.growth.value:+.3f}")
    print("  by origin:", " ".join(f"{one.within:.0%} {one.growth.value:+.2f}" for one in each))
    print("  mean of the origins' correlations:", f"{np.mean([one.growth.value for one in each]):+.3f}")
    print(*(f"  {sentence}" for sentence in report.said), sep="\n")
    return report.whole.within, report.whole.growth.value
