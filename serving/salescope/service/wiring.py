"""What the addresses of one running service share."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from starlette.types import Scope

from salescope.service.access import KeyRing
from salescope.service.ledger import LedgerWriter
from salescope.service.live_models import LiveModels
from salescope.service.settings import ServiceSettings
from salescope.service.targets_process import TargetsProcess
from salescope.service.what_if_process import WhatIfProcess
from salescope.store import Store

__all__ = ["Wiring", "utc_now", "wiring_of"]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Holds the parts of a running service.

    Parameters
    ----------
    settings : ServiceSettings
        Its settings.
    clock : callable
        Gives now, an aware instant.
    store : Store
        Its database.
    store_pool, scoring_pool : Executor
        The threads that wait for the database, and those that score long calls.
    keys : KeyRing
        Recognises callers.
    ledger : LedgerWriter
        Writes answers down.
    models : LiveModels
        Has the models.
    what_if : WhatIfProcess
        Answers what-ifs.
    targets : TargetsProcess
        Answers questions about targets.
    """

    settings: ServiceSettings
    clock: Callable[[], datetime]
    store: Store
    store_pool: Executor
    scoring_pool: Executor
    keys: KeyRing
    ledger: LedgerWriter
    models: LiveModels
    what_if: WhatIfProcess
    targets: TargetsProcess


def wiring_of(scope: Scope) -> Wiring:
    """Finds the parts of the service that a call came to.

    Parameters
    ----------
    scope : ASGI scope
        The call's; a request has it as ``request.scope``.

    Returns
    -------
    Wiring
    """
    return cast("Wiring", scope["app"].state.wiring)


def utc_now() -> datetime:
    """Gives the present instant in UTC."""
    return datetime.now(UTC)
