"""Row 1: ten thousand cascades that Hypothesis draws, each judged by loops and by linear programs over single cells."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from tests.acceptance.outcome import Outcome
from tests.planning.drawn import Plan, plans
from tests.planning.judged import judged

CASCADES = 10_000


def run() -> Outcome:
    """Counts what is wrong with any of them; none is skipped, and none is shrunk."""
    ended: Counter[str] = Counter()
    wrong: list[str] = []

    @settings(
        max_examples=CASCADES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(plans())
    def every(plan: Plan) -> None:
        end, found = judged(plan)
        ended[end] += 1
        ended["with locks"] += any(rule.kind in {"lock", "override"} for rule in plan.rules)
        wrong.extend(found)

    every()
    for sentence in wrong[:10]:
        print(sentence)
    sums, locks = (sum(said.startswith(what) for said in wrong) for what in ("a sum is off", "a lock moved"))
    figure = (
        f"{ended['made'] + ended['refused']:,} cascades ({ended['with locks']:,} with locks or overrides): {ended['made']:,} made, "
        f"{sums} sums off by a cent, {locks} locks moved; {ended['refused']:,} refused, each by the smallest clash; "
        f"{len(wrong)} things wrong in all"
    )
    return Outcome(figure, not wrong and ended["made"] + ended["refused"] >= CASCADES)
