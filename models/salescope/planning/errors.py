"""What planning refuses."""

from __future__ import annotations

from collections.abc import Sequence

from salescope.frames.errors import ContractError
from salescope.planning.rules import Rule, money

__all__ = ["ClashingRulesError", "FlatSpendError"]

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


class FlatSpendError(ContractError):
    """Says that spend varied too little for anybody to know what it brings, and what to try.

    Parameters
    ----------
    channels : sequence of str
        Those that varied too little.
    varied, needed : sequence of float, shape (n_channels,)
        Standard deviation of spend over its mean, without what moved with season, trend and other channels; and how
        much of it would do.
    pilot : str
        What to try, in words.

    Examples
    --------
    >>> print(FlatSpendError(["search"], varied=[0.004], needed=[0.05], pilot="raise it every other week"))
    Nobody can tell from this history what promotion brings, for spend varied too little by itself: 'search' by 0.4 %
    where 5.0 % is needed. Pilot to run: raise it every other week. Until then keep the present split.
    """

    def __init__(
        self, channels: Sequence[str], *, varied: Sequence[float], needed: Sequence[float], pilot: str
    ) -> None:
        self.channels, self.varied, self.needed = tuple(channels), tuple(varied), tuple(needed)
        said = [
            f"{name!r} by {found:.1%} where {least:.1%} is needed".replace("%", " %")
            for name, found, least in zip(self.channels, self.varied, self.needed, strict=True)
        ]
        super().__init__(
            "Nobody can tell from this history what promotion brings, for spend varied too little by itself: "
            f"{_some(said)}. Pilot to run: {pilot}. Until then keep the present split."
        )


def _some(said: Sequence[str]) -> str:
    more = f"; … and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else ""
    return "; ".join(said[:MOST_SAID]) + more
