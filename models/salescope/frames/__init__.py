"""The data contract: one module a table; columns, types, units, checks and errors."""
