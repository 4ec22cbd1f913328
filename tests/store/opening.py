"""What processes of their own do in the tests; alone, so that starting one imports little."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

from alembic.migration import MigrationContext
from sqlalchemy import inspect
from tests.store.made import ABOUT, forecast_edition, made_edition, made_profiles, made_rows

from salescope.store import ForecastRow, Profile, forecasts, open_store, profiles, publish_forecasts, publish_profiles


def tables_after_opening(url: str) -> list[str]:
    store = open_store(url)
    try:
        return sorted(inspect(store.engine).get_table_names())
    finally:
        store.close()


def before_the_last_stamp(act: Callable[[], None]) -> Callable[..., None]:
    """Makes a stamp that acts when every step of an upgrade is done and only its commit is left."""
    stamp = MigrationContext.stamp

    def stamp_or_act(self: MigrationContext, scripts: object, revision: str) -> None:
        if revision == "0006":
            act()
        stamp(self, scripts, revision)

    return stamp_or_act


def killed_at_the_last_stamp(url: str) -> None:
    MigrationContext.stamp = before_the_last_stamp(kill)
    open_store(url)


def published_until_killed(url: str) -> None:
    profiles.ROWS_A_COMMIT = 2
    store = open_store(url)

    def killing() -> Iterator[Profile]:
        yield from made_profiles(5)
        kill()

    publish_profiles(store, killing(), of=made_edition(1))


def forecasts_published_until_killed(url: str) -> None:
    forecasts.ROWS_A_COMMIT = 2
    store = open_store(url)

    def killing() -> Iterator[ForecastRow]:
        yield from list(made_rows())[:5]
        kill()

    publish_forecasts(store, killing(), of=forecast_edition(1), about=ABOUT)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
