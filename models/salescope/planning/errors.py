"""What planning refuses."""

from __future__ import annotations

from collections.abc import Sequence

from salescope.frames.errors import ContractError
from salescope.planning.rules import Rule, money

__all__ = ["ClashingRulesError"]

MOST_SAID = 5


class ClashingRulesError(ContractError):
    """Says which rules of a plan cannot be kept together, and what would do.

    Parameters
    ----------
    rules : sequence of Rule
        The smallest set: without any one of them the others can be kept.
    nearest : sequence of int, shape (n_rules,)
        For each rule the amount nearest to it that the others allow, in cents.

    Attributes
    ----------
    rules : tuple of Rule
    nearest : tuple of int

    Examples
    --------
    >>> rules = [Rule.goal(100_000), Rule.cap("all", cents=90_000)]
    >>> print(ClashingRulesError(rules, nearest=[90_000, 100_000]))
    No targets keep these 2 rules together: goal of 'all' in 'plan' (1,000.00); cap of 'all' in 'plan' (at most 900.00).
    Change one of them: to 900.00 the goal of 'all' in 'plan'; to 1,000.00 the cap of 'all' in 'plan'.
    """

    def __init__(self, rules: Sequence[Rule], *, nearest: Sequence[int]) -> None:
        self.rules, self.nearest = tuple(rules), tuple(nearest)
        said = _some([rule.said for rule in self.rules])
        changes = [
            f"to {money(amount)} the {rule.kind} of {rule.node!r} in {rule.period!r}"
            for rule, amount in zip(self.rules, self.nearest, strict=True)
        ]
        super().__init__(
            f"No targets keep these {len(self.rules)} rules together: {said}. Change one of them: {_some(changes)}."
        )


def _some(said: Sequence[str]) -> str:
    more = f"; … and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else ""
    return "; ".join(said[:MOST_SAID]) + more
