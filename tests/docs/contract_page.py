"""``docs/contract.md``: the tables and columns that a workspace maps its own data onto."""

from __future__ import annotations

from tests.docs.markdown import code, codes, link, page, section, table

from salescope.frames import TABLES
from salescope.frames.contract import Column, Table

INTRO = """
A workspace maps its own files and columns onto these tables; [settings](settings.md#tablestable) says how. Only what is needed has to be
mapped: scoring leads needs `leads`, and is better with `lead_events`. A row that does not fit goes to quarantine with its row number and
the reason, so that rows in = accepted + quarantined.
"""
TIMES = """
Times are naive local dates, or UTC instants where the source carries an offset. Features use only what lies strictly before the moment they
look from; columns that are known only after an outcome are never learned from.
"""
KINDS = {
    "key": "identifies a row; text, never missing",
    "text": "words without a fixed set",
    "category": "words of a small set",
    "number": "a number",
    "money": "an amount in the workspace's currency",
    "quantity": "a number; negative for a return",
    "date": "a day",
    "instant": "a day with a time of day",
    "flag": "true or false",
}


def _accepted(column: Column) -> str:
    parts = [codes(column.accepted)] if column.accepted else []
    if column.minimum is not None:
        parts.append(f"{column.minimum:g} or more")
    if column.unit:
        parts.append(f"in {column.unit}")
    return ", ".join(parts)


def _column(column: Column) -> list[str]:
    return [code(column.name), column.kind, "yes" if column.required else "", _accepted(column), column.description]


def _table(contract: Table) -> str:
    kept = "kept as attributes" if contract.keeps_attributes else "left out"
    key = f"The key is {codes(contract.key)}." if contract.key else "Rows have no key."
    facts = f"Needed for {contract.needed_for}. {key} Columns that are not listed are {kept}."
    head = ["column", "kind", "required", "accepted", "meaning"]
    return section(code(contract.name), facts, table(head, rows=map(_column, contract.columns)))


def contract_page() -> str:
    """Writes the page."""
    overview = [[link(code(name), f"#{name}"), codes(found.key), found.needed_for] for name, found in TABLES.items()]
    return page(
        "The data contract",
        INTRO,
        table(["table", "key", "needed for"], rows=overview),
        section(
            "Kinds of columns",
            table(["kind", "holds"], rows=[[code(kind), text] for kind, text in KINDS.items()]),
            TIMES,
        ),
        *map(_table, TABLES.values()),
    )
