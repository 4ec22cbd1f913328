"""A YAML document that remembers its line numbers and refuses what YAML would silently accept.

Two habits of YAML 1.1 would damage settings without a word: a key given twice keeps only its last value, and ``yes``
and ``no``, the commonest labels of an outcome column, become true and false, as 010 becomes 8 and 12:30 becomes 750.
Keys given twice are refused here, and plain values are those of YAML 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from salescope.frames.errors import SettingsError

__all__ = ["Document", "Place", "read_document"]

Place = tuple[str | int, ...]
"""The way to a value: keys and positions from the root."""

PLAIN_VALUES = (
    ("null", r"(?:~|null|Null|NULL|)", ("~", "n", "N", "")),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)", tuple("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", tuple("-+0123456789")),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", tuple("-+.0123456789")),
)
"""The words that are no text, with the letters they begin with: YAML 1.2's, of which 1.1 has many more."""


class _PlainLoader(yaml.SafeLoader):
    """Is the safe loader with the plain values of YAML 1.2 only: 007 is text, and so are dates and 12:30."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the base class reads it as a class attribute
        letter: [
            (f"tag:yaml.org,2002:{kind}", re.compile(f"^(?:{pattern})$"))
            for kind, pattern, letters in PLAIN_VALUES
            if letter in letters
        ]
        for letter in ("", *"~nNtTfF-+.0123456789")
    }


@dataclass(frozen=True, slots=True)
class Document:
    """Holds what a settings file says, and where it says it.

    Parameters
    ----------
    name : str
        The name of the file, for messages.
    content : dict of str to Any
        The values.
    lines : dict of Place to int
        The line of every key and list entry, from 1.
    """

    name: str
    content: dict[str, Any]
    lines: dict[Place, int]

    def where(self, place: Place) -> str:
        r"""Says in words where a value stands, or its nearest surroundings where it is missing.

        Parameters
        ----------
        place : Place
            The way to the value.

        Returns
        -------
        str
            As ``salescope.yaml, line 4 (tables.leads.path)``.

        Examples
        --------
        >>> read_document("workspace:\n  language: en", name="salescope.yaml").where(("workspace", "language"))
        'salescope.yaml, line 2 (workspace.language)'
        """
        known = next(place[:depth] for depth in range(len(place), -1, -1) if place[:depth] in self.lines)
        dotted = ".".join(str(step) for step in place)
        return f"{self.name}, line {self.lines[known]}" + (f" ({dotted})" if dotted else "")


def read_document(text: str, *, name: str) -> Document:
    r"""Parses settings safely: no objects, no key twice, only true and false as booleans.

    Parameters
    ----------
    text : str
        The YAML text.
    name : str
        The name of the file, for messages.

    Returns
    -------
    Document
        The values and their lines.

    Raises
    ------
    SettingsError
        If the text is not YAML, is not a mapping, or gives a key twice.

    Examples
    --------
    >>> read_document("won: [yes]", name="salescope.yaml").content
    {'won': ['yes']}
    >>> read_document("a: 1\na: 2", name="salescope.yaml")
    Traceback (most recent call last):
        ...
    salescope.frames.workspace_errors.SettingsError: In salescope.yaml, line 2 (a): the key is given twice, ...
    """
    try:
        loader = _PlainLoader(text)
        node = loader.get_single_node()
        lines: dict[Place, int] = {(): 1, **dict(_places(node, place=(), name=name))}
        content = loader.construct_document(node) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        fault = f"the text is not YAML: {error.problem}"
        raise SettingsError(fault, place=f"{name}, line {line}") from None
    except (yaml.YAMLError, RecursionError) as error:
        fault = f"the text is not YAML: {' '.join(str(error).split())}"
        raise SettingsError(fault, place=name) from None
    if not isinstance(content, dict):
        raise SettingsError("a mapping of sections is expected, as 'tables:'", place=f"{name}, line 1")
    return Document(name, content, lines)


def _places(node: yaml.Node | None, *, place: Place, name: str) -> Iterator[tuple[Place, int]]:
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            word, line = str(key.value), key.start_mark.line + 1
            if word in first:
                dotted = ".".join(str(step) for step in (*place, word))
                fault = f"the key is given twice, first in line {first[word]}; keep one of them"
                raise SettingsError(fault, place=f"{name}, line {line} ({dotted})")
            first[word] = line
            yield (*place, word), line
            yield from _places(value, place=(*place, word), name=name)
    elif isinstance(node, yaml.SequenceNode):
        for position, entry in enumerate(node.value):
            yield (*place, position), entry.start_mark.line + 1
            yield from _places(entry, place=(*place, position), name=name)
