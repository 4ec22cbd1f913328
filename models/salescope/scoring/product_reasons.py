"""Why a product is recommended, in English and Traditional Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from salescope.frames.languages import in_language

__all__ = ["ProductPhrases", "ProductReasons"]

FEWEST_FOR_A_RHYTHM = 3


@dataclass(frozen=True, slots=True)
class ProductPhrases:
    """Holds the phrases of one language; names in braces are filled in.

    Parameters
    ----------
    once, twice, rhythm : str
        What the customer bought, by how many times: with ``{last}``, ``{times}`` and ``{gap}``.
    together : str
        What is bought together with ``{others}``.
    popular : str
        What ``{share}`` of the customers of the latest ``{days}`` bought.
    day, days, today, ago : str
        How ``{count}`` days, and a time ``{days}`` back, are said.
    comma : str
        What stands between names.
    """

    once: str
    twice: str
    rhythm: str
    together: str
    popular: str
    day: str
    days: str
    today: str
    ago: str
    comma: str


LANGUAGES: Mapping[str, ProductPhrases] = {
    "en": ProductPhrases(
        once="bought once, {last}",
        twice="bought {times} times, last {last}",
        rhythm="bought {times} times, usually every {gap}, last {last}",
        together="often bought together with {others}",
        popular="bought by {share} of the customers who ordered in the last {days}",
        day="1 day",
        days="{count} days",
        today="today",
        ago="{days} ago",
        comma=", ",
    ),
    "zh": ProductPhrases(
        once="買過 1 次（{last}）",
        twice="買過 {times} 次，上次在{last}",
        rhythm="買過 {times} 次，通常每 {gap}一次，上次在{last}",
        together="常與{others}一起購買",
        popular="近 {days}下單的客戶中有 {share} 購買",
        day="1 天",
        days="{count} 天",
        today="今天",
        ago=" {days}前",
        comma="、",
    ),
}


@dataclass(frozen=True, slots=True)
class ProductReasons:
    """Says in words why a product is recommended.

    Parameters
    ----------
    language : {"en", "zh"}, default "en"
        The language of the sentences.
    labels : mapping of str to str, optional
        Names of products as people say them, by id.

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> reasons = ProductReasons(labels={"P-2": "washers"})
    >>> reasons.bought(times=5, gap=32.2, last=40.0)
    'bought 5 times, usually every 32 days, last 40 days ago'
    >>> reasons.together(["P-1", "P-2"])
    'often bought together with P-1, washers'
    >>> ProductReasons("zh").popular(share=0.12, days=30)
    '近 30 天下單的客戶中有 12% 購買'
    """

    language: str = "en"
    labels: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        in_language(LANGUAGES, self.language, where="reasons")

    def bought(self, *, times: int, gap: float, last: float) -> str:
        """Says that the customer buys it.

        Parameters
        ----------
        times : int
            On how many days it was bought.
        gap : float
            Mean days between them.
        last : float
            Days since the latest.

        Returns
        -------
        str
        """
        phrases = LANGUAGES[self.language]
        form = phrases.once if times == 1 else phrases.twice if times < FEWEST_FOR_A_RHYTHM else phrases.rhythm
        return form.format(times=times, gap=self._days(gap), last=self._ago(last))

    def together(self, others: Sequence[str]) -> str:
        """Says that it is bought together with others.

        Parameters
        ----------
        others : sequence of str
            Product ids.

        Returns
        -------
        str
        """
        phrases, labels = LANGUAGES[self.language], self.labels or {}
        return phrases.together.format(others=phrases.comma.join(labels.get(name, name) for name in others))

    def popular(self, *, share: float, days: int) -> str:
        """Says that many buy it.

        Parameters
        ----------
        share : float
            Of the customers who ordered lately, 0 to 1.
        days : int
            What lately means.

        Returns
        -------
        str
        """
        return LANGUAGES[self.language].popular.format(share=_percent(share), days=self._days(days))

    def _days(self, days: float) -> str:
        count, phrases = max(1, round(days)), LANGUAGES[self.language]
        return phrases.day if count == 1 else phrases.days.format(count=count)

    def _ago(self, days: float) -> str:
        phrases = LANGUAGES[self.language]
        return phrases.today if days < 1 else phrases.ago.format(days=self._days(int(days)))


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "< 1%"
