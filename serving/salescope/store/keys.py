"""API keys: made once, shown once, stored as a digest."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Row, insert, select, update

from salescope.store.engine import Store
from salescope.store.errors import UnknownApiKeyError, UnknownScopeError
from salescope.store.tables import API_KEYS
from salescope.store.values import check_instant, check_text

__all__ = ["SCOPES", "ApiKey", "NewApiKey", "create_key", "find_key", "list_keys", "revoke_key"]

SCOPES = (
    "customers:read",
    "customers:score",
    "forecasts:read",
    "invoices:score",
    "leads:score",
    "outcomes:write",
    "plans:read",
    "plans:write",
    "plans:approve",
    "models:read",
    "console:read",
    "admin",
)

ADMIN = "admin"
KEY = re.compile(r"ss_([0-9a-f]{10})_([A-Za-z0-9_-]{32})", re.ASCII)
# Compared with when no such key exists, so that an unknown id takes as long as a wrong secret.
NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Describes a key without the secret it was made from.

    Parameters
    ----------
    id : str
        The ten hexadecimal characters in the middle of the key.
    label : str
        Whom or what it was made for.
    scopes : frozenset of str
        What its holder may do; ``admin`` may do everything.
    last4 : str
        The end of the secret, to tell keys apart.
    created_at, expires_at, revoked_at : datetime or None
        Aware instants in UTC.
    """

    id: str
    label: str
    scopes: frozenset[str]
    last4: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_active(self, at: datetime) -> bool:
        """Says whether the key opens anything at an instant."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def allows(self, scope: str) -> bool:
        """Says whether the key's holder may do what a scope stands for."""
        return scope in self.scopes or ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """Carries a key on the one occasion that it can be shown.

    Parameters
    ----------
    secret : str
        The whole key, as ``ss_<id>_<secret>``; hidden in ``repr`` and stored nowhere.
    record : ApiKey
        What is kept of it.
    """

    secret: str = field(repr=False)
    record: ApiKey


def create_key(
    store: Store, *, label: str, scopes: Iterable[str], at: datetime, expires_at: datetime | None = None
) -> NewApiKey:
    """Makes a key and stores its digest.

    Parameters
    ----------
    store : Store
        Where its digest is kept.
    label : str
        Whom or what it is for, 1 to 120 characters.
    scopes : iterable of str
        One or more of `SCOPES`.
    at : datetime
        Now, an aware instant.
    expires_at : datetime, optional
        The instant from which it no longer works; without it, it works until it is revoked.

    Returns
    -------
    NewApiKey
        The only place the key can ever be read from.

    Raises
    ------
    UnknownScopeError
        If a scope does not exist, or none is given.
    HostileValueError
        If the label is empty, too long or not storable, or an instant has no time zone.
    """
    created = check_instant(at, column="api_keys.created_at")
    expires = None if expires_at is None else check_instant(expires_at, column="api_keys.expires_at")
    wanted = sorted(set(scopes)) or [""]
    for scope in wanted:
        if scope not in SCOPES:
            raise UnknownScopeError(scope, accepted=SCOPES)
    key_id = secrets.token_hex(5)
    secret = f"ss_{key_id}_{secrets.token_urlsafe(24)}"
    record = ApiKey(
        key_id,
        check_text(label, column="api_keys.label", longest=120),
        frozenset(wanted),
        secret[-4:],
        created,
        expires,
    )
    with store.writing() as connection:
        connection.execute(
            insert(API_KEYS).values(
                id=key_id,
                label=record.label,
                sha256=_digest(secret),
                last4=record.last4,
                scopes=" ".join(wanted),
                created_at=created,
                expires_at=expires,
            )
        )
    return NewApiKey(secret, record)


def list_keys(store: Store) -> list[ApiKey]:
    """Lists every key, the oldest first.

    Parameters
    ----------
    store : Store
        Where keys are kept.

    Returns
    -------
    list of ApiKey, shape (n_keys,)
        Revoked and expired ones included.
    """
    with store.reading() as connection:
        rows = connection.execute(select(API_KEYS).order_by(API_KEYS.c.created_at, API_KEYS.c.id)).all()
    return [_record(row) for row in rows]


def revoke_key(store: Store, key_id: str, *, at: datetime) -> ApiKey:
    """Makes a key useless from now on.

    Parameters
    ----------
    store : Store
        Where keys are kept.
    key_id : str
        Its id, not its secret.
    at : datetime
        Now, an aware instant; a key revoked before keeps its first instant.

    Returns
    -------
    ApiKey
        The key as it is afterwards.

    Raises
    ------
    UnknownApiKeyError
        If no key has the id.
    HostileValueError
        If the instant has no time zone.
    """
    revoked = check_instant(at, column="api_keys.revoked_at")
    with store.writing() as connection:
        connection.execute(
            update(API_KEYS).where(API_KEYS.c.id == key_id, API_KEYS.c.revoked_at.is_(None)).values(revoked_at=revoked)
        )
        row = connection.execute(select(API_KEYS).where(API_KEYS.c.id == key_id)).one_or_none()
    if row is None:
        raise UnknownApiKeyError(key_id, present=[key.id for key in list_keys(store)])
    return _record(row)


def find_key(store: Store, presented: str, *, at: datetime) -> ApiKey | None:
    """Finds the active key that a caller presents.

    Parameters
    ----------
    store : Store
        Where digests are kept.
    presented : str
        What the caller sent, of any form and length.
    at : datetime
        Now, an aware instant.

    Returns
    -------
    ApiKey or None
        None if it is malformed, unknown, wrong, expired or revoked; callers learn no more than that.
    """
    parts = KEY.fullmatch(presented)
    if parts is None:
        return None
    with store.reading() as connection:
        row = connection.execute(select(API_KEYS).where(API_KEYS.c.id == parts[1])).one_or_none()
    # We hash and compare in every case, so that the time taken does not tell which ids exist.
    matches = hmac.compare_digest(_digest(presented), NO_DIGEST if row is None else row.sha256)
    if row is None or not matches:
        return None
    key = _record(row)
    return key if key.is_active(at) else None


def _digest(secret: str) -> str:
    # A fast hash is right here: the secret has 192 random bits, so there is no dictionary to try.
    return sha256(secret.encode("ascii")).hexdigest()


def _record(row: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(
        row.id, row.label, frozenset(row.scopes.split()), row.last4, row.created_at, row.expires_at, row.revoked_at
    )
