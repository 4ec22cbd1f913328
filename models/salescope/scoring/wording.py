"""The words of reasons, in English and Traditional Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from salescope.frames.languages import in_language

__all__ = ["LANGUAGES", "Phrases", "column_label", "phrases_in"]

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SEPARATORS = re.compile(r"[_.\-\s]+")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Holds the phrases of one language; ``{label}`` and ``{value}`` are filled in.

    Parameters
    ----------
    raises, lowers : str
        How a reason that raises or lowers the chance ends.
    missing, unseen, level, number, flag, date, text : str
        How the value of a column is said, by what it is.
    low, usual, high : str
        How a number compares with most records.
    yes, no : str
        The values of a flag.
    labels : mapping of str to str
        The names of the columns that Salescope itself makes.
    """

    raises: str
    lowers: str
    missing: str
    unseen: str
    level: str
    number: str
    flag: str
    date: str
    text: str
    low: str
    usual: str
    high: str
    yes: str
    no: str
    labels: Mapping[str, str]


ENGLISH = Phrases(
    raises="{what} – raises the chance",
    lowers="{what} – lowers the chance",
    missing="{label} is not known",
    unseen="{label} is {value!r}, which is rare or new",
    level="{label} is {value!r}",
    number="{label} is {value}, {typical}",
    flag="{label}: {value}",
    date="{label} is {value}",
    text="{label} has {value} words",
    low="lower than for most",
    usual="about as for most",
    high="higher than for most",
    yes="yes",
    no="no",
    labels={
        "events_total": "Number of contacts",
        "events_7d": "Contacts in the last 7 days",
        "events_30d": "Contacts in the last 30 days",
        "events_90d": "Contacts in the last 90 days",
        "event_kinds": "Different kinds of contact",
        "event_channels": "Different channels used",
        "days_since_first_event": "Days since the first contact",
        "days_since_last_event": "Days since the last contact",
        "days_between_events": "Days between contacts",
        "days_since_created": "Days since the lead was created",
        "last_event_kind": "Latest kind of contact",
        "last_event_channel": "Latest channel",
        "events_of_": "Number of contacts by {kind}",
    },
)

CHINESE = Phrases(
    raises="{what}，提高機會",
    lowers="{what}，降低機會",
    missing="{label}未知",
    unseen="{label}為「{value}」（少見或新出現）",
    level="{label}為「{value}」",
    number="{label}為 {value}（{typical}）",
    flag="{label}為「{value}」",
    date="{label}在 {value}",
    text="{label}共 {value} 個詞",
    low="低於多數",
    usual="與多數相近",
    high="高於多數",
    yes="是",
    no="否",
    labels={
        "events_total": "聯繫次數",
        "events_7d": "近 7 天聯繫次數",
        "events_30d": "近 30 天聯繫次數",
        "events_90d": "近 90 天聯繫次數",
        "event_kinds": "聯繫種類數",
        "event_channels": "使用管道數",
        "days_since_first_event": "距首次聯繫天數",
        "days_since_last_event": "距最近聯繫天數",
        "days_between_events": "聯繫間隔天數",
        "days_since_created": "建立至今天數",
        "last_event_kind": "最近聯繫種類",
        "last_event_channel": "最近使用管道",
        "events_of_": "{kind}類聯繫次數",
        "created_at": "建立時間",
        "source": "來源",
        "region": "地區",
        "owner": "負責人",
        "amount": "金額",
    },
)

LANGUAGES: Mapping[str, Phrases] = {"en": ENGLISH, "zh": CHINESE}


def phrases_in(language: str, *, languages: Mapping[str, Phrases] = LANGUAGES) -> Phrases:
    """Finds the phrases of a language.

    Parameters
    ----------
    language : {"en", "zh"}
    languages : mapping of str to Phrases, optional
        The phrases of every language; by default those about a chance to win.

    Returns
    -------
    Phrases

    Raises
    ------
    UnknownNameError
        When the language is another one.

    Examples
    --------
    >>> phrases_in("zh").high
    '高於多數'
    >>> phrases_in("fr")
    Traceback (most recent call last):
        ...
    salescope.frames.errors.UnknownNameError: Unknown language 'fr' in reasons: ...
    """
    return in_language(languages, language, where="reasons")


def column_label(name: str, *, phrases: Phrases, labels: Mapping[str, str]) -> str:
    """Gives the name of a column as people say it.

    Parameters
    ----------
    name : str
        The column.
    phrases : Phrases
        The language, which names the columns that Salescope itself makes.
    labels : mapping of str to str
        The user's own names, which come first.

    Returns
    -------
    str

    Examples
    --------
    >>> [column_label(name, phrases=ENGLISH, labels={}) for name in ("MonthlyCharges", "last_event_kind", "n_staff")]
    ['Monthly charges', 'Latest kind of contact', 'N staff']
    """
    if name in labels:
        return labels[name]
    if name in phrases.labels:
        return phrases.labels[name]
    if name.startswith("events_of_"):
        return phrases.labels["events_of_"].format(kind=name.removeprefix("events_of_").replace("_", " "))
    words = SEPARATORS.sub(" ", CAMEL.sub(" ", name)).strip().split(" ")
    # Words in capitals are abbreviations (CRM, B2B) and stay as they are.
    said = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return said[:1].upper() + said[1:]
