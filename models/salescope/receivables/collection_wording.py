"""Why to call about an invoice, or why not, in English and Traditional Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from salescope.frames.languages import in_language

__all__ = ["CollectionReasons"]

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "overdue": "{days} days overdue",
        "overdue_day": "1 day overdue",
        "not_due": "due in {days} days",
        "not_due_day": "due tomorrow",
        "due_today": "due today",
        "no_due_day": "no due day is known",
        "chance": "{chance:.0%} chance of late payment, by {days:.0f} days if it is late",
        "expected": "payment expected in {days:.0f} days",
        "usual": "the customer pays {days:.0f} days late on average",
        "as_long": "taken to stay open for as long again",
        "credit": "{money:,.2f} of credit notes already taken off",
        "gain": "expected gain {gain:,.2f}, if a call saves {effect:.0%} of the days at {cost:.1%} a year",
        "owes": "owes {money:,.2f} on {invoices} invoices, {overdue:,.2f} of it overdue",
        "owes_one": "owes {money:,.2f} on 1 invoice, {overdue:,.2f} of it overdue",
        "oldest": "the oldest: {due}",
        "most": "most is at stake with invoice {invoice}: {why}",
        "nobody": "names no customer",
        "covered": "covered by open credit notes of the customer",
        "no_forecast": "not overdue, and neither a forecast nor earlier invoices tell of a delay",
        "no_delay": "no delay is expected",
    },
    "zh": {
        "overdue": "逾期 {days} 天",
        "overdue_day": "逾期 1 天",
        "not_due": "{days} 天後到期",
        "not_due_day": "明日到期",
        "due_today": "今日到期",
        "no_due_day": "到期日未知",
        "chance": "延遲付款機率 {chance:.0%}，若延遲約 {days:.0f} 天",
        "expected": "預期 {days:.0f} 天後付款",
        "usual": "該客戶平均延遲 {days:.0f} 天付款",
        "as_long": "假設再拖同樣天數",
        "credit": "已扣除折讓 {money:,.2f}",
        "gain": "預期效益 {gain:,.2f}（假設致電可縮短 {effect:.0%} 天數，年資金成本 {cost:.1%}）",
        "owes": "{invoices} 張發票共欠 {money:,.2f}，其中逾期 {overdue:,.2f}",
        "owes_one": "1 張發票欠 {money:,.2f}，其中逾期 {overdue:,.2f}",
        "oldest": "最久者{due}",
        "most": "影響最大的是發票 {invoice}：{why}",
        "nobody": "沒有客戶",
        "covered": "已由該客戶未用的折讓抵銷",
        "no_forecast": "未逾期，也沒有預測或過去的發票顯示會延遲",
        "no_delay": "預期不會延遲",
    },
}


@dataclass(frozen=True, slots=True)
class CollectionReasons:
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
    >>> CollectionReasons().said("chance", chance=0.62, days=11.8)
    '62% chance of late payment, by 12 days if it is late'
    >>> CollectionReasons("zh").due(overdue=0, until=3)
    '3 天後到期'
    """

    language: str = "en"

    def __post_init__(self) -> None:
        in_language(WORDS, self.language, where="reasons")

    def due(self, *, overdue: int, until: int | None) -> str:
        """Says how an invoice stands to the day it is due.

        Parameters
        ----------
        overdue : int
            Days overdue, 0 where it is not.
        until : int or None
            Days until it is due; None where no due day is known.

        Returns
        -------
        str
        """
        if overdue:
            return self.said("overdue_day" if overdue == 1 else "overdue", days=overdue)
        if until is None:
            return self.said("no_due_day")
        return self.said({0: "due_today", 1: "not_due_day"}.get(until, "not_due"), days=until)

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
