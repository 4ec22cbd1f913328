"""Sources: CSV, Excel, Parquet and SQL brought to the data contract; rows that do not fit go to a quarantine."""

from salescope.frames.formulas import as_meant, inert
from salescope.sources.digest import content_digest
from salescope.sources.exports import read_export, write_export
from salescope.sources.facts import CheckedTable, ColumnFacts, SourceFacts
from salescope.sources.lead_rules import order_by_of
from salescope.sources.opening import read_cells
from salescope.sources.quarantine import write_quarantine
from salescope.sources.reading import read_table
from salescope.sources.report import CheckReport, TableReport, check_workspace, report_rows

__all__ = [
    "CheckReport",
    "CheckedTable",
    "ColumnFacts",
    "SourceFacts",
    "TableReport",
    "as_meant",
    "check_workspace",
    "content_digest",
    "inert",
    "order_by_of",
    "read_cells",
    "read_export",
    "read_table",
    "report_rows",
    "write_export",
    "write_quarantine",
]
