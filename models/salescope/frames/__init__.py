"""The data contract: one module a table; columns, types, units, checks and errors."""

from salescope.frames.contract import Column, Kind, Table, TableDefinitionError
from salescope.frames.nearest import nearest_name
from salescope.frames.tables import TABLES

__all__ = ["TABLES", "Column", "Kind", "Table", "TableDefinitionError", "nearest_name"]
