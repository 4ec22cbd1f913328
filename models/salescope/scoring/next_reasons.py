"""Why a customer is recommended, or was not chosen, in English and Traditional Chinese."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from salescope.frames.languages import in_language
from salescope.scoring.next_steps import Step
from salescope.scoring.tiers import tier_names

__all__ = ["NextReasons", "Situation"]

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "overdue": "{late} days overdue: last contact {since} days ago, due every {every} ({tier})",
        "no_contact": "no contact known, due every {every} days ({tier})",
        "leaves": "{chance} chance to leave",
        "stays": "{chance} chance to stay",
        "complaints_open": "open complaints: {amount}",
        "value": "expected value {amount}",
        "money_per_order": "a usual order is {amount}",
        "debt_overdue": "{amount} is overdue",
        "other": "{label} {amount}",
        "gain": "expected gain {gain}, if it changes {effect}",
        "not_due": "not due: last contact {since} days ago, due every {every} ({tier})",
        "unknown": "not known: {columns}",
        "no_step": "no step is meant for this customer ({tier})",
        "no_gain": "nothing to gain",
        "no_representative": "has no representative",
        "strange_representative": "representative {name} is not among the representatives",
        "no_capacity": "the capacity of {name} is not known",
        "full": "{name} can take {capacity}; this one is number {rank}",
    },
    "zh": {
        "overdue": "逾期 {late} 天：上次聯繫在 {since} 天前，應每 {every} 天一次（{tier}）",
        "no_contact": "沒有聯繫紀錄，應每 {every} 天一次（{tier}）",
        "leaves": "流失機率 {chance}",
        "stays": "留存機率 {chance}",
        "complaints_open": "未結客訴 {amount} 件",
        "value": "預期價值 {amount}",
        "money_per_order": "平均每單 {amount}",
        "debt_overdue": "逾期未付 {amount}",
        "other": "{label} {amount}",
        "gain": "預期效益 {gain}（假設改變 {effect}）",
        "not_due": "未到期：上次聯繫在 {since} 天前，應每 {every} 天一次（{tier}）",
        "unknown": "缺少：{columns}",
        "no_step": "沒有適用的做法（{tier}）",
        "no_gain": "沒有可得的效益",
        "no_representative": "沒有負責人",
        "strange_representative": "負責人 {name} 不在業務名單中",
        "no_capacity": "{name} 的可用量未知",
        "full": "{name} 可處理 {capacity} 位，此客戶排第 {rank}",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Situation:
    """Holds what is said of one customer.

    Parameters
    ----------
    tier : str
        The tier.
    since : float
        Days since the last contact; NaN where not known.
    every : float
        Days between contacts.
    leaves : float
        The chance to leave.
    facts : mapping of str to float
        What the steps are about, by column.
    """

    tier: str
    since: float
    every: float
    leaves: float
    facts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class NextReasons:
    """Says reasons in one language.

    Parameters
    ----------
    language : {"en", "zh"}, default "en"

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> customer = Situation("champions", since=125.0, every=91.0, leaves=0.62, facts={"value": 4300.0})
    >>> for reason in NextReasons().chosen(Step("visit", stake="value", effect=0.1), customer, gain=99.6):
    ...     print(reason)
    34 days overdue: last contact 125 days ago, due every 91 (Champions)
    62% chance to leave
    expected value 4,300
    expected gain 100, if it changes 10%
    """

    language: str = "en"

    def __post_init__(self) -> None:
        in_language(WORDS, self.language, where="reasons")

    def chosen(self, step: Step, customer: Situation, *, gain: float) -> tuple[str, ...]:
        """Says why a customer is recommended.

        Parameters
        ----------
        step : Step
        customer : Situation
        gain : float
            In the workspace's currency.

        Returns
        -------
        tuple of str
        """
        told = [self._due(customer, "overdue")] if step.on_cadence else []
        if step.needs is not None and step.needs != step.stake:
            told.append(self._fact(step.needs, customer.facts[step.needs]))
        if step.chance != "certain":
            chance = customer.leaves if step.chance == "leaves" else 1.0 - customer.leaves
            told.append(self.said(step.chance, chance=f"{chance:.0%}"))
        told.append(self._fact(step.stake, customer.facts[step.stake]))
        told.append(self.said("gain", gain=_short(gain), effect=f"{step.effect:.0%}"))
        return tuple(told)

    def not_due(self, customer: Situation) -> str:
        """Says that a customer was seen not long ago.

        Parameters
        ----------
        customer : Situation

        Returns
        -------
        str
        """
        return self._due(customer, "not_due")

    def no_step(self, customer: Situation) -> str:
        """Says that nothing is meant for a tier.

        Parameters
        ----------
        customer : Situation

        Returns
        -------
        str
        """
        return self.said("no_step", tier=tier_names(self.language)[customer.tier])

    def _due(self, customer: Situation, word: str) -> str:
        every, tier = round(customer.every), tier_names(self.language)[customer.tier]
        if math.isnan(customer.since):
            return self.said("no_contact", every=every, tier=tier)
        # Rounded alike, so that the three numbers add up.
        since = int(customer.since)
        return self.said(word, late=since - every, since=since, every=every, tier=tier)

    def _fact(self, column: str, amount: float) -> str:
        word = column if column in WORDS[self.language] else "other"
        return self.said(word, label=column.replace("_", " "), amount=_short(amount))

    def said(self, word: str, **parts: object) -> str:
        """Fills in a phrase.

        Parameters
        ----------
        word : str
            Which phrase.
        **parts : object
            What is filled in.

        Returns
        -------
        str
        """
        return WORDS[self.language][word].format(**parts)


def _short(amount: float) -> str:
    return f"{amount:,.0f}" if abs(amount) >= 10 or float(amount).is_integer() else f"{amount:.2g}"
