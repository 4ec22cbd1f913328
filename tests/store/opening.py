"""What a process of its own does in the tests; alone, so that starting it imports little."""

from __future__ import annotations

from sqlalchemy import inspect

from salescope.store import open_store


def tables_after_opening(url: str) -> list[str]:
    store = open_store(url)
    try:
        return sorted(inspect(store.engine).get_table_names())
    finally:
        store.close()
