"""What is particular to leads: their order, their outcome, and the columns never learned from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from salescope.frames.errors import SettingsError, UnknownNameError
from salescope.project import LeadSettings
from salescope.sources.facts import ColumnFacts, Fault
from salescope.sources.mapping import ColumnMap, found_name
from salescope.sources.outcomes import CANONICAL, mapped_outcomes
from salescope.sources.raw import STRING, RawTable

__all__ = ["check_lead_settings", "is_excluded", "order_by_of", "with_outcomes"]

TIMES = ("outcome_at", "created_at")


def check_lead_settings(leads: LeadSettings, *, columns: ColumnMap, header: Sequence[str], source: str) -> None:
    """Checks that every column which the section ``leads`` names is in the source.

    Parameters
    ----------
    leads : LeadSettings
        The section.
    columns : ColumnMap
        Which of the user's columns is which of ours.
    header : sequence of str
        The names in the source.
    source : str
        The source, for messages.

    Raises
    ------
    UnknownNameError
        If a column is not there.
    SettingsError
        If leads are ordered by a time that no column is mapped to.
    """
    named: dict[str, Sequence[str]] = {
        "exclude": leads.exclude,
        "allow": leads.allow,
        "order_by": () if leads.order_by in {*TIMES, "row_order", None} else (str(leads.order_by),),
        "period": () if leads.period in {None, "month"} else (str(leads.period),),
    }
    accepted = list(dict.fromkeys([*header, *columns.known, *columns.attributes]))
    for key, names in named.items():
        for name in names:
            if found_name(name, accepted) is None:
                raise UnknownNameError(name, what="column", where=f"{source}, for leads.{key}", accepted=accepted)
    order_by = order_by_of(leads, columns.known)
    if order_by in TIMES and order_by not in columns.known:
        others = " or ".join([*(name for name in TIMES if name in columns.known), "row_order"])
        fault = f"the order is that of {order_by!r}, but no column is mapped to it; map one or write {others}"
        raise SettingsError(fault, place="salescope.yaml (leads.order_by)")


def order_by_of(leads: LeadSettings, known: Collection[str]) -> str:
    """Says what tells older leads from newer ones.

    Parameters
    ----------
    leads : LeadSettings
        The section.
    known : collection of str
        The canonical columns that there are.

    Returns
    -------
    str
        What the settings say; otherwise ``outcome_at`` where it is there, for outcomes are judged in the order in which
        they became known, and ``created_at`` where it is not.

    Examples
    --------
    >>> order_by_of(LeadSettings(), ["created_at", "outcome_at"]), order_by_of(LeadSettings(), [])
    ('outcome_at', 'created_at')
    """
    if leads.order_by is not None:
        return leads.order_by
    return "outcome_at" if "outcome_at" in known else "created_at"


def is_excluded(leads: LeadSettings, *names: str) -> bool:
    """Says whether a column is never learned from, under any of its names.

    Parameters
    ----------
    leads : LeadSettings
        The section.
    *names : str
        The names of the column; letter case is ignored.

    Returns
    -------
    bool
        Whether it is excluded.

    Examples
    --------
    >>> is_excluded(LeadSettings(exclude=("Duration",)), "duration")
    True
    """
    excluded = {name.casefold() for name in leads.excluded}
    return any(name.casefold() in excluded for name in names)


def with_outcomes(
    frame: pd.DataFrame, leads: LeadSettings, *, columns: ColumnMap, raw: RawTable
) -> tuple[pd.DataFrame, ColumnFacts, Fault | None, list[str]]:
    """Adds the outcome to leads, and clears closing times of open ones, which are plans.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        The understood columns.
    leads : LeadSettings
        Which values mean what.
    columns : ColumnMap
        Which of the user's columns is which of ours.
    raw : RawTable
        The cells.

    Returns
    -------
    frame : DataFrame, shape (n_rows, n_columns + 1)
        The same with the outcome; every lead is open where the source has no outcome.
    facts : ColumnFacts
        What was found.
    fault : Fault or None
        The rows with an unknown outcome.
    notes : list of str
        What was cleared or not found, as sentences.
    """
    given = columns.known.get("outcome")
    notes: list[str] = []
    fault: Fault | None = None
    outcome: pd.Series[Any] = pd.Series(np.full(len(frame), "open"), dtype=STRING)
    if given is not None:
        rules = leads.outcome or CANONICAL
        outcome, fault = mapped_outcomes(raw.frame, rules, column=given, source=raw.source)
        header = [str(name) for name in raw.frame.columns]
        for key, deciding in (("won_when", rules.won_when), ("lost_when", rules.lost_when)):
            if deciding and not any(found_name(name, header) for name in deciding):
                notes.append(f"No column for {key!r}: looked for {', '.join(deciding)}.")
    shares = ", ".join(f"{name} {count:,}" for name, count in outcome.value_counts().items())
    facts = ColumnFacts("outcome", given or "", "known", "category", style=shares)
    frame = frame.assign(outcome=outcome)
    if "outcome_at" in frame:
        planned = outcome.eq("open").to_numpy(dtype=bool) & frame["outcome_at"].notna().to_numpy(dtype=bool)
        if planned.any():
            frame = frame.assign(outcome_at=frame["outcome_at"].mask(planned))
            notes.append(f"{planned.sum():,} open leads have a closing time, which was taken for a plan and cleared.")
    return frame, facts, fault, notes
