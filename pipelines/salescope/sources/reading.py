"""Reading a canonical table of a workspace: from its source to accepted and rejected rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salescope.frames import TABLES, Table
from salescope.frames.errors import UnknownNameError
from salescope.project import Workspace
from salescope.sources.checks import check_contract, check_keys, check_leads
from salescope.sources.facts import CheckedTable, ColumnFacts, Fault, SourceFacts
from salescope.sources.lead_rules import check_lead_settings, is_excluded, order_by_of, with_outcomes
from salescope.sources.mapping import ROW_NUMBER, ColumnMap, check_dates, map_columns
from salescope.sources.opening import open_source
from salescope.sources.quarantine import rejected_rows
from salescope.sources.raw import STRING, RawTable
from salescope.sources.understanding import Cells, prepared, understand

__all__ = ["read_table"]


@dataclass(frozen=True, slots=True)
class _Draft:
    """Holds a table while its rows are neither accepted nor rejected."""

    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    facts: tuple[ColumnFacts, ...]
    notes: tuple[str, ...]


def read_table(workspace: Workspace, name: str) -> CheckedTable:
    """Reads and checks one table of a workspace; writes nothing.

    Parameters
    ----------
    workspace : Workspace
        The settings.
    name : str
        The canonical table.

    Returns
    -------
    CheckedTable
        Accepted rows, rejected rows, and what was found; together they are all rows of the source. Columns that
        ``leads.exclude`` names are not in the frame, except those that order leads or make periods.

    Raises
    ------
    UnknownNameError
        If the table is not mapped, or a file, sheet or column of its settings does not exist.
    MissingColumnError
        If a required column is not mapped.
    SourceError
        If the source cannot be read as a table at all.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from salescope.project import init_workspace, load_workspace
    >>> with TemporaryDirectory() as folder:
    ...     _ = init_workspace(folder, example=True)
    ...     leads = read_table(load_workspace(folder, environment={}), "leads")
    >>> leads.rows_in, len(leads.frame), len(leads.rejected)
    (8, 8, 0)
    """
    if name not in workspace.tables:
        raise UnknownNameError(name, what="table", where="salescope.yaml (tables)", accepted=list(workspace.tables))
    raw = open_source(workspace.tables[name], folder=workspace.path)
    wanted = dict(workspace.tables[name].columns)
    if name == "leads" and workspace.leads.outcome is not None:
        wanted["outcome"] = workspace.leads.outcome.column
    header = [str(given) for given in raw.frame.columns]
    columns = map_columns(TABLES[name], wanted, header=header, source=raw.source)
    check_dates(columns, workspace.tables[name].dates, source=raw.source)
    if name == "leads":
        check_lead_settings(workspace.leads, columns=columns, header=header, source=raw.source)
    draft = _drafted(workspace, TABLES[name], columns=columns, raw=raw)
    names = {known: given for known, given in columns.known.items() if known in draft.frame}
    draft = _with_new(draft, check_contract(draft.frame, TABLES[name], names=names))
    if name == "leads":
        draft = _with_new(
            draft, check_leads(draft.frame, names=names, order_by=order_by_of(workspace.leads, columns.known))
        )
    return _settled(draft, TABLES[name], columns=columns, raw=raw)


def _drafted(workspace: Workspace, contract: Table, *, columns: ColumnMap, raw: RawTable) -> _Draft:
    """Understands the columns and adds those that no column of the source holds."""
    settings = workspace.tables[contract.name]
    cells, excluded = _cells(workspace, contract, columns=columns, raw=raw)
    done = understand(cells, settings=settings, separator=raw.separator)
    draft = _Draft(
        frame=pd.DataFrame({name: column.content for name, column in done.items()}, index=range(len(raw.frame))),
        faults=tuple(column.fault for column in done.values() if column.fault is not None),
        facts=(*(column.facts for column in done.values()), *excluded),
        notes=(*columns.notes, *(column.note for column in done.values() if column.note)),
    )
    for name, given in columns.known.items():
        if given == ROW_NUMBER and given not in raw.frame:
            numbers = pd.Series(raw.rows.astype(str), dtype=STRING)
            facts = ColumnFacts(name, "(row number)", "known", "key")
            draft = replace(draft, frame=draft.frame.assign(**{name: numbers}), facts=(facts, *draft.facts))
    if contract.name == "leads":
        frame, facts, fault, notes = with_outcomes(draft.frame, workspace.leads, columns=columns, raw=raw)
        draft = replace(draft, frame=frame, facts=(*draft.facts, facts), notes=(*draft.notes, *notes))
        draft = _with_new(draft, [fault] if fault is not None else [])
    known = [name for name in contract.names if name in draft.frame]
    return replace(draft, frame=draft.frame[[*known, *(name for name in draft.frame if name not in known)]])


def _cells(
    workspace: Workspace, contract: Table, *, columns: ColumnMap, raw: RawTable
) -> tuple[dict[str, Cells], list[ColumnFacts]]:
    """Takes the columns to be understood; the others are only named in the report."""
    leads = workspace.leads
    ordering = order_by_of(leads, columns.known)
    needed = {ordering, leads.period}
    cells: dict[str, Cells] = {}
    unread = [ColumnFacts(name, name, "left out") for name in columns.left_out]
    for name, given in {**columns.known, **columns.attributes}.items():
        meaning = contract.column(name) if name in columns.known else None
        if given not in raw.frame or (contract.name == "leads" and name == "outcome"):
            continue
        may_go = meaning is None or not (meaning.required or name == ordering)
        if contract.name == "leads" and may_go and given not in needed and is_excluded(leads, name, given):
            unread.append(ColumnFacts(name, given, "excluded"))
            continue
        facts = ColumnFacts(name, given, "attribute" if meaning is None else "known")
        cells[name] = prepared(raw.frame[given], facts, meaning=meaning, settings=workspace.tables[contract.name])
    return cells, unread


def _with_new(draft: _Draft, faults: list[Fault]) -> _Draft:
    """Adds faults; a cell that means nothing is not called empty as well."""
    for fault in faults:
        wrong = fault.wrong.copy()
        for other in draft.faults:
            if other.column == fault.column:
                wrong &= ~other.wrong
        if wrong.any():
            draft = replace(draft, faults=(*draft.faults, replace(fault, wrong=wrong)))
    return draft


def _settled(draft: _Draft, contract: Table, *, columns: ColumnMap, raw: RawTable) -> CheckedTable:
    """Accepts the rows without a fault and with a key of their own; rejects the others."""
    rejected = np.zeros(len(raw.frame), dtype=bool)
    for fault in draft.faults:
        rejected |= fault.wrong
    faults = list(draft.faults)
    whole = np.flatnonzero(~rejected)
    kept = draft.frame.iloc[whole].reset_index(drop=True)
    for twice in check_keys(kept, contract, rows=raw.rows[whole], names=columns.known):
        wrong = np.zeros(len(raw.frame), dtype=bool)
        wrong[whole[twice.wrong]] = True
        reasons = dict(zip(whole.tolist(), twice.reason, strict=True))
        faults.append(Fault(twice.column, wrong, [reasons.get(row, "") for row in range(len(raw.frame))]))
        rejected |= wrong
        kept = kept.loc[~twice.wrong].reset_index(drop=True)
    found = SourceFacts(
        table=contract.name,
        source=raw.source,
        form=raw.form,
        encoding=raw.encoding,
        separator=raw.separator,
        rows_in=raw.rows_in,
        columns=draft.facts,
        notes=(*raw.notes, *draft.notes),
    )
    return CheckedTable(kept, rejected_rows(raw, faults, rejected=rejected), found)
