"""Who is calling, and may they: API keys at the door, scopes at the address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from hashlib import sha256
from time import monotonic

from starlette.datastructures import Headers
from starlette.requests import Request

from salescope.service.errors import InvalidKeyError, MissingKeyError, MissingScopeError
from salescope.store import ApiKey, Store, find_key

__all__ = ["KeyRing", "require"]

MOST_KEYS = 1_024
LONGEST_HEADER = 200


class KeyRing:
    """Recognises callers by their key, and remembers them for some seconds.

    Parameters
    ----------
    store : Store
        Where digests of keys are.
    pool : Executor
        Where the store is asked, off the event loop.
    clock : callable
        Gives now, an aware instant.
    seconds : float
        How long a key is believed without asking again.

    Notes
    -----
    Only keys that were right are remembered, by their digest: wrong ones could fill the memory, and a dump of the
    memory should hold no key.
    """

    def __init__(self, store: Store, *, pool: Executor, clock: Callable[[], datetime], seconds: float) -> None:
        self._store = store
        self._pool = pool
        self._clock = clock
        self._seconds = seconds
        self._known: dict[bytes, tuple[ApiKey, float]] = {}

    async def caller(self, headers: Headers) -> ApiKey:
        """Finds the key of a call.

        Parameters
        ----------
        headers : Headers
            The call's headers.

        Returns
        -------
        ApiKey
            The active key.

        Raises
        ------
        MissingKeyError
            If there is none.
        InvalidKeyError
            If it opens nothing.
        """
        presented = _bearer(headers)
        digest = sha256(presented.encode("latin-1")).digest()
        known = self._known.get(digest)
        if known is not None and monotonic() < known[1] and known[0].is_active(self._clock()):
            return known[0]
        key = await asyncio.get_running_loop().run_in_executor(self._pool, self._find, presented)
        if key is None:
            self._known.pop(digest, None)
            raise InvalidKeyError
        if len(self._known) >= MOST_KEYS:
            self._known.clear()
        self._known[digest] = (key, monotonic() + self._seconds)
        return key

    def _find(self, presented: str) -> ApiKey | None:
        return find_key(self._store, presented, at=self._clock())


def _bearer(headers: Headers) -> str:
    values = headers.getlist("authorization")
    if not values:
        raise MissingKeyError
    scheme, _, presented = values[0].partition(" ")
    # Two such headers may mean different callers to a proxy and to us.
    if len(values) > 1 or scheme.lower() != "bearer" or len(values[0]) > LONGEST_HEADER:
        raise InvalidKeyError
    return presented.strip()


def require(request: Request, scope: str) -> ApiKey:
    """Checks that the caller's key may do what an address does.

    Parameters
    ----------
    request : Request
        The call, its key already found.
    scope : str
        The scope the address needs.

    Returns
    -------
    ApiKey
        The caller's key.

    Raises
    ------
    MissingScopeError
        If the key may not.
    """
    key: ApiKey = request.state.key
    if not key.allows(scope):
        raise MissingScopeError(scope, held=sorted(key.scopes))
    return key
