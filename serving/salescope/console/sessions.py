"""Sessions: who is signed in, held by this process alone, found by a random name in a cookie."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

from salescope.console.data import Viewer

__all__ = ["COOKIE", "LIFETIME", "Sessions"]

COOKIE = "salescope_session"
LIFETIME = timedelta(hours=8)
MOST_SESSIONS = 1_000


@dataclass(frozen=True, slots=True)
class Session:
    """Is one signed-in browser.

    Parameters
    ----------
    viewer : Viewer
        Who it is.
    until : datetime
        When it ends, aware.
    """

    viewer: Viewer
    until: datetime


class Sessions:
    """Keeps sessions until they end.

    Parameters
    ----------
    clock : callable
        Gives now, an aware instant.

    Notes
    -----
    The cookie is 256 random bits and says nothing; only its digest is held, so a dump of the memory signs nobody in.
    When there are too many sessions the oldest gives way.

    Examples
    --------
    >>> from datetime import UTC
    >>> sessions = Sessions(lambda: datetime(2026, 1, 1, tzinfo=UTC))
    >>> token = sessions.open(Viewer("0123456789", "Ada"))
    >>> sessions.find(token).label, sessions.find("guess")
    ('Ada', None)
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._held: OrderedDict[bytes, Session] = OrderedDict()

    def open(self, viewer: Viewer) -> str:
        """Begins a session.

        Parameters
        ----------
        viewer : Viewer
            Who signed in.

        Returns
        -------
        str
            The value of the cookie.
        """
        token = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._held) >= MOST_SESSIONS:
                self._held.popitem(last=False)
            self._held[_digest(token)] = Session(viewer, self._clock() + LIFETIME)
        return token

    def find(self, token: str) -> Viewer | None:
        """Finds who a cookie belongs to.

        Parameters
        ----------
        token : str
            The value of the cookie.

        Returns
        -------
        Viewer or None
            None where there is no such session or it has ended.
        """
        with self._lock:
            session = self._held.get(_digest(token))
            if session is not None and self._clock() >= session.until:
                del self._held[_digest(token)]
                session = None
        return None if session is None else session.viewer

    def close(self, token: str) -> None:
        """Ends a session, if there is one.

        Parameters
        ----------
        token : str
            The value of the cookie.
        """
        with self._lock:
            self._held.pop(_digest(token), None)


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
