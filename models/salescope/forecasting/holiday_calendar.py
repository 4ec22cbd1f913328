"""Public holidays and made-up working days of a country, and which of them are not official yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from inspect import signature
from typing import Any

import holidays
import pandas as pd

from salescope.frames.errors import UnknownNameError

__all__ = ["HOLIDAY", "MADE_UP", "holiday_days", "provisional_years"]

HOLIDAY, MADE_UP = "holiday", "made_up_workday"
LABELS = re.compile(r"\s*\((?:observed|estimated|observed, estimated)\)")
NAMED_WITHIN = pd.Timedelta(days=10)
SUBSTITUTED = "substituted from"


def holiday_days(country: str, *, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Lists the days off of a country, and the days at weekends that are worked instead.

    Parameters
    ----------
    country : str
        ISO 3166 code of a country, as "CN", or of a part of it, as "DE-BY".
    first, last : Timestamp
        Naive; both days count.

    Returns
    -------
    DataFrame, shape (n_days, 4)
        One row a day and holiday, by day: ``day``, ``name`` (in English where the library has it; a day off in exchange
        has the name of the holiday it lengthens), ``kind`` ("holiday" or "made_up_workday"), and ``provisional``: true
        where the library reckons what a government or the moon has yet to say.

    Raises
    ------
    UnknownNameError
        If there is no calendar of that country or part.

    Notes
    -----
    Days are those of the ``holidays`` library. China publishes each November which days of the next year are off and
    which weekends are worked in exchange; until a year's exchanges are known, its calendar is provisional.

    Examples
    --------
    >>> days = holiday_days("CN", first=pd.Timestamp("2026-02-14"), last=pd.Timestamp("2026-02-17"))
    >>> days[["kind", "name"]].to_numpy().tolist()
    [['made_up_workday', 'made_up_workday'], ['holiday', "Chinese New Year's Eve"], ['holiday', 'Chinese New Year']]
    >>> holiday_days("DE-XX", first=pd.Timestamp("2026-01-01"), last=pd.Timestamp("2026-01-01"))
    Traceback (most recent call last):
    ...
    salescope.frames.errors.UnknownNameError: Unknown part of a country 'XX' in holidays of 'DE': ...
    """
    calendar = _calendar(country, years=range(first.year - 1, last.year + 2))
    rows = [
        (pd.Timestamp(day), LABELS.sub("", name).strip(), HOLIDAY, _estimated(name))
        for day, names in calendar.items()
        for name in names.split("; ")
    ]
    rows += [(pd.Timestamp(day), MADE_UP, MADE_UP, False) for day in calendar.weekend_workdays]
    found = pd.DataFrame(rows, columns=["day", "name", "kind", "provisional"])
    found["name"] = _named(found)
    found["provisional"] |= found["day"].dt.year.isin(_unpublished(calendar, found["day"].dt.year.unique()))
    kept = found[(found["day"] >= first.normalize()) & (found["day"] <= last)]
    return kept.drop_duplicates(["day", "name"]).sort_values(["day", "name"]).reset_index(drop=True)


def provisional_years(country: str, *, first: pd.Timestamp, last: pd.Timestamp) -> tuple[int, ...]:
    """Lists the years whose holidays may still change.

    Parameters
    ----------
    country : str
        As of `holiday_days`.
    first, last : Timestamp
        Naive.

    Returns
    -------
    tuple of int
        Ascending.

    Examples
    --------
    >>> provisional_years("DE", first=pd.Timestamp("2026-01-01"), last=pd.Timestamp("2027-12-31"))
    ()
    """
    found = holiday_days(country, first=first, last=last)
    return tuple(sorted(int(year) for year in found.loc[found["provisional"], "day"].dt.year.unique()))


def _calendar(country: str, *, years: Iterable[int]) -> holidays.HolidayBase:
    code, _, part = country.partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    if code not in known:
        raise UnknownNameError(code, what="country", where="holidays", accepted=sorted(known))
    if part and part not in known[code]:
        raise UnknownNameError(part, what="part of a country", where=f"holidays of {code!r}", accepted=known[code])
    english = "en_US" if "en_US" in holidays.list_localized_countries().get(code, []) else None
    kind = type(holidays.country_holidays(code))
    asked: dict[str, Any] = {"subdiv": part or None, "years": years, "language": english}
    if "islamic_show_estimated" in signature(kind.__init__).parameters:
        asked["islamic_show_estimated"] = True
    calendar: holidays.HolidayBase = kind(**asked)
    return calendar


def _estimated(name: str) -> bool:
    return "estimated)" in name


def _named(found: pd.DataFrame) -> list[str]:
    """Gives a day off in exchange the name of the nearest holiday, and days of one feast one name."""
    exchanged = found["name"].str.contains(SUBSTITUTED)
    own = found[~exchanged & (found["kind"] == HOLIDAY)]
    names = []
    for day, name, swapped in zip(found["day"], found["name"], exchanged, strict=True):
        if swapped and len(own):
            apart = (own["day"] - day).abs()
            name = own.loc[apart.idxmin(), "name"] if apart.min() <= NAMED_WITHIN else HOLIDAY  # noqa: PLW2901
        names.append(re.sub(r"\s*\(.*\)$", "", name))
    return names


def _unpublished(calendar: holidays.HolidayBase, years: Iterable[int]) -> set[int]:
    """Finds the years after the last one whose exchanged days are known, where days are exchanged at all."""
    if not calendar.has_substituted_holidays:
        return set()
    newest = max((int(year) for year in getattr(calendar, "special_public_holidays", {})), default=0)
    return {int(year) for year in years if year > newest}
