"""The report of a check: what every table of a workspace was found to be, for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from salescope.frames.errors import SalescopeError
from salescope.project import Workspace
from salescope.sources.facts import CheckedTable, SourceFacts
from salescope.sources.quarantine import write_quarantine
from salescope.sources.reading import read_table

__all__ = ["CheckReport", "TableReport", "check_workspace", "report_rows"]

MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class TableReport:
    """Reports one table.

    Parameters
    ----------
    table : str
        The canonical table.
    accepted, quarantined : int
        The rows; together they are all rows of the source.
    reasons : tuple of (str, int)
        The commonest reasons of rejection and how many rows have them.
    quarantine : str
        The file with the rejected rows, relative to the workspace; empty without any.
    found : SourceFacts or None
        What the source was found to be; None where it could not be read.
    problem : str
        Why the source could not be read at all; else empty.
    """

    table: str
    accepted: int = 0
    quarantined: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    quarantine: str = ""
    found: SourceFacts | None = None
    problem: str = ""

    @property
    def rows_in(self) -> int:
        """Counts every row that was given."""
        return self.found.rows_in if self.found is not None else 0

    def to_dict(self) -> dict[str, Any]:
        """Writes the report as plain values for JSON.

        Returns
        -------
        dict of str to Any
            The report.
        """
        return {
            "table": self.table,
            "rows_in": self.rows_in,
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "reasons": [{"reason": reason, "rows": count} for reason, count in self.reasons],
            "quarantine": self.quarantine,
            "problem": self.problem,
            "found": self.found.to_dict() if self.found is not None else None,
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Reports a whole workspace.

    Parameters
    ----------
    tables : tuple of TableReport
        One report a table, in the order of salescope.yaml.
    checked : mapping of str to CheckedTable
        The tables that could be read, so that nobody has to read them twice; not part of `to_dict`.
    """

    tables: tuple[TableReport, ...]
    checked: Mapping[str, CheckedTable] = field(default_factory=dict, repr=False, compare=False)

    @property
    def has_problems(self) -> bool:
        """Says whether a source could not be read at all; quarantined rows are no problem of this kind."""
        return any(table.problem for table in self.tables)

    def to_dict(self) -> dict[str, Any]:
        """Writes the report as plain values for JSON.

        Returns
        -------
        dict of str to Any
            The report.
        """
        return {"tables": [table.to_dict() for table in self.tables], "has_problems": self.has_problems}


def check_workspace(workspace: Workspace) -> CheckReport:
    """Checks every table of a workspace and writes the rejected rows to its quarantine folder.

    Parameters
    ----------
    workspace : Workspace
        The settings.

    Returns
    -------
    CheckReport
        The report; a source that cannot be read is reported as a problem and does not stop the others.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from salescope.project import init_workspace, load_workspace
    >>> with TemporaryDirectory() as folder:
    ...     _ = init_workspace(folder, example=True)
    ...     report = check_workspace(load_workspace(folder, environment={}))
    >>> [(table.table, table.rows_in, table.accepted, table.quarantined) for table in report.tables]
    [('leads', 8, 8, 0), ('lead_events', 5, 5, 0)]
    """
    reports: list[TableReport] = []
    checked: dict[str, CheckedTable] = {}
    for name in workspace.tables:
        try:
            table = read_table(workspace, name)
        except SalescopeError as error:
            reports.append(TableReport(name, problem=str(error)))
            continue
        path = workspace.quarantine / f"{name}.csv"
        write_quarantine(table.rejected, path)
        shown = path.relative_to(workspace.path).as_posix() if len(table.rejected) else ""
        checked[name] = table
        reports.append(
            TableReport(
                table=name,
                accepted=len(table.frame),
                quarantined=len(table.rejected),
                reasons=_reasons(table),
                quarantine=shown,
                found=table.found,
            )
        )
    return CheckReport(tuple(reports), MappingProxyType(checked))


def _reasons(table: CheckedTable) -> tuple[tuple[str, int], ...]:
    """Counts reasons; the number of the first row of a repeated key differs each time and is left out."""
    reasons = table.rejected["reason"].astype(str).str.replace(r", in row \d+", "", regex=True)
    named = reasons.where(table.rejected["column"].eq(""), table.rejected["column"].astype(str) + ": " + reasons)
    counts = named.value_counts(sort=False)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:MOST_REASONS]
    return tuple((str(reason), int(count)) for reason, count in ordered)


def report_rows(report: CheckReport) -> list[dict[str, str]]:
    """Gives the cells of the table that ``salescope check`` prints: one row a table, then one a column.

    Parameters
    ----------
    report : CheckReport
        The report.

    Returns
    -------
    list of dict of str to str
        The keys are ``table``, ``column``, ``from``, ``kind``, ``missing``, ``range`` and ``found``; a table's own row
        has no column.
    """
    return [row for table in report.tables for row in _rows_of(table)]


def _rows_of(table: TableReport) -> list[dict[str, str]]:
    empty = dict.fromkeys(("table", "column", "from", "kind", "missing", "range", "found"), "")
    if table.found is None:
        return [{**empty, "table": table.table, "found": table.problem}]
    found = table.found
    written = ", ".join(filter(None, [found.encoding, _separator_word(found.separator)]))
    counts = f"{table.rows_in:,} rows = {table.accepted:,} accepted + {table.quarantined:,} quarantined"
    head = {**empty, "table": table.table, "from": found.source, "kind": found.form, "found": counts}
    rows = [{**head, "found": f"{counts}; {written}" if written else counts}]
    for column in found.columns:
        span = f"{column.low} to {column.high}" if column.low else ""
        rows.append(
            {
                **empty,
                "column": column.name,
                "from": column.source,
                "kind": column.kind if column.role in {"known", "attribute"} else column.role,
                "missing": f"{column.missing:.1%}" if column.missing else "",
                "range": span,
                "found": column.style,
            }
        )
    return rows


def _separator_word(separator: str) -> str:
    words = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
    return words.get(separator, repr(separator)) if separator else ""
