"""The little Markdown that the reference pages are made of, and how GitHub turns a heading into an anchor."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence


def page(title: str, *parts: str) -> str:
    """Joins a heading and parts to a page that ends with one newline."""
    return "\n\n".join([f"# {title}", *(part.strip("\n") for part in parts if part)]) + "\n"


def section(heading: str, *parts: str, level: int = 2) -> str:
    """Joins a heading and parts to a section."""
    return "\n\n".join([f"{'#' * level} {heading}", *(part.strip("\n") for part in parts if part)])


def table(head: Sequence[str], *, rows: Iterable[Sequence[str]]) -> str:
    """Lays out a table; a pipe or a line break inside a cell does not end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def code(text: object) -> str:
    """Marks text as code; nothing stays nothing."""
    return f"`{text}`" if str(text) else ""


def codes(values: Iterable[object]) -> str:
    """Marks several texts as code, comma separated."""
    return ", ".join(code(value) for value in values)


def block(text: str, *, language: str = "") -> str:
    """Fences a block of code."""
    return f"```{language}\n{text.strip(chr(10))}\n```"


def json_block(value: object) -> str:
    """Fences a JSON document in the order in which people read it."""
    return block(json.dumps(value, indent=2, ensure_ascii=False), language="json")


def link(text: str, address: str) -> str:
    """Links to an address."""
    return f"[{text}]({address})"


def anchor(heading: str) -> str:
    """Gives the anchor that GitHub makes of a heading: small letters, no marks, hyphens for spaces.

    >>> anchor("`POST /v1/leads:score`"), anchor("What [it](x.md) needs")
    ('post-v1leadsscore', 'what-it-needs')
    """
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")


def prose(text: str) -> str:
    """Turns a docstring's paragraph into Markdown: one line, single backticks, and no word that reads as an HTML tag.

    >>> prose("With ``--strict`` into <workspace>/scores/ by default.")
    'With `--strict` into `<workspace>/scores/` by default.'
    """
    shown = " ".join(text.split()).replace("``", "`")
    return re.sub(r"(?<!`)(<[a-z]+>[^\s,.;]*)", r"`\1`", shown)


def sentence(text: str) -> str:
    """Turns a docstring's summary into a sentence about the thing.

    >>> sentence("Says that no key came."), sentence("Says that salescope.yaml is wrong.")
    ('No key came.', 'salescope.yaml is wrong.')
    """
    shown = re.sub(r"^(?:Says (?:that )?|Is )", "", prose(text))
    return shown if "." in shown.split()[0] else shown[:1].upper() + shown[1:]
