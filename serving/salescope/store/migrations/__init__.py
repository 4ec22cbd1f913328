"""Migrations of the store, oldest first; `salescope.store.migrate` runs them without an alembic.ini on disk."""

__all__: list[str] = []
