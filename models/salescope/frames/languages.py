"""Words by language: one way to look them up, and one message where a language is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from salescope.frames.errors import UnknownNameError

__all__ = ["in_language", "names_in"]

Words = TypeVar("Words")


def in_language(words: Mapping[str, Words], language: str, *, where: str) -> Words:
    """Looks the words of a language up.

    Parameters
    ----------
    words : mapping of str to object
        The words of each language.
    language : str
        The language, as "en".
    where : str
        What they are words of, for the message.

    Returns
    -------
    object
        The words.

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> in_language({"en": "Launch", "zh": "導入期"}, "zh", where="stages")
    '導入期'
    """
    if language not in words:
        raise UnknownNameError(language, what="language", where=where, accepted=list(words))
    return words[language]


def names_in(names: Mapping[str, Mapping[str, str]], language: str, *, where: str) -> dict[str, str]:
    """Looks the name of everything of a kind up in one language.

    Parameters
    ----------
    names : mapping of str to mapping of str to str
        By thing, its name by language.
    language : str
        The language, as "en".
    where : str
        What they are names of, for the message.

    Returns
    -------
    dict of str to str
        From the thing to its name.

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> names_in({"launch": {"en": "Launch", "zh": "導入期"}}, "en", where="stages")
    {'launch': 'Launch'}
    """
    return {thing: in_language(named, language, where=where) for thing, named in names.items()}
