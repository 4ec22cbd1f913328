"""What plans are judged by: the futures of every leaf and month, published as a compact recipe of plain arrays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import prod
from typing import Any

from sqlalchemy import Connection, select

from salescope.store.engine import Store
from salescope.store.errors import HostileValueError, StoreUnavailableError
from salescope.store.publication import (
    FUTURES,
    NewPublication,
    Publication,
    begin_publication,
    complete_publication,
    current_publication,
    write_rows,
)
from salescope.store.published_futures import TYPES, PublishedFutures, check_futures, refusal
from salescope.store.tables import LONGEST_LEVEL, PUBLISHED_ARRAYS
from salescope.store.values import check_json, check_text

__all__ = [
    "KeptArray",
    "KeptFutures",
    "current_futures",
    "kept_futures",
    "publish_futures",
]

MOST_ARRAYS = 60
MOST_BYTES = 64_000_000
LONGEST_KEYS = 8_000_000
# So that an answer of the service, which needs the same lock on SQLite, never waits long.
BYTES_A_COMMIT = 500_000
KEYS, LAST, FAIR, BY_LEAF, RECIPE = "keys", "last", "fair", "leaf:", "recipe:"
WHERE = "published_arrays"


@dataclass(frozen=True, slots=True)
class KeptArray:
    """Is one array as the store keeps it; ``numpy.frombuffer(content, dtype).reshape(shape)`` is the array itself.

    Parameters
    ----------
    dtype : {"<f8", "<i8"}
        Its type, little-endian.
    shape : tuple of int
        Its shape.
    content : bytes
        Its values in C order.
    """

    dtype: str
    shape: tuple[int, ...]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFutures:
    """Is what was published for plans, as it is kept.

    Parameters
    ----------
    publication : Publication
        What it was published in.
    kind : str
        What `arrays` are a recipe of.
    levels, keys, months, closed, notes : object
        As in `PublishedFutures`.
    last, fair : KeptArray
        As in `PublishedFutures`.
    by_leaf, arrays : mapping of str to KeptArray
        As in `PublishedFutures`.
    """

    publication: Publication
    kind: str
    levels: tuple[str, ...]
    keys: Mapping[str, Sequence[str]] = field(repr=False)
    months: tuple[str, ...]
    closed: int
    last: KeptArray
    fair: KeptArray
    by_leaf: Mapping[str, KeptArray]
    arrays: Mapping[str, KeptArray]
    notes: Mapping[str, Any]


def publish_futures(store: Store, futures: PublishedFutures, *, of: NewPublication) -> Publication:
    """Publishes the futures that plans are judged by; they become current when all is written.

    Parameters
    ----------
    store : Store
        Where they go.
    futures : PublishedFutures
        What is published.
    of : NewPublication
        What it is a publication of: named ``FUTURES``, its ``as_of`` the cutoff, its ``versions`` those of the models.

    Returns
    -------
    Publication
        The current one from now on; `retire_publications` takes older ones away.

    Raises
    ------
    HostileValueError
        If something is missing, too large, of another shape or not finite.
    OvertakenRunError
        If another run begins to publish meanwhile.
    StoreUnavailableError
        If the database does not answer.
    """
    if of.name != FUTURES:
        raise HostileValueError("publications.name", problem="is another table", accepted=repr(FUTURES))
    check_futures(futures)
    kept = _kept(futures)
    about = {
        "kind": futures.kind,
        "levels": list(futures.levels),
        "months": list(futures.months),
        "closed": futures.closed,
        "notes": futures.notes,
        "arrays": {name: _told(array) for name, array in kept.items()},
    }
    publication_id = begin_publication(store, of, about=about)
    twice = HostileValueError(f"{WHERE}.part", problem="is there twice", accepted="each part once")
    for row in _parts(kept):
        write_rows(store, [row], table=PUBLISHED_ARRAYS, publication_id=publication_id, name=of.name, twice=twice)
    return complete_publication(store, publication_id, name=of.name)


def current_futures(store: Store) -> Publication | None:
    """Finds the publication of futures that is current; None before the first.

    Parameters
    ----------
    store : Store
        Where they are kept.

    Returns
    -------
    Publication or None
        Its ``about`` has ``kind``, ``levels``, ``months``, ``closed`` and ``notes``.

    Raises
    ------
    StoreUnavailableError
        If the database does not answer.
    """
    with store.reading() as connection:
        return current_publication(connection, name=FUTURES)


def kept_futures(store: Store, publication: Publication | None = None) -> KeptFutures | None:
    """Reads futures whole, each array checked against its checksum.

    Parameters
    ----------
    store : Store
        Where they are kept.
    publication : Publication, optional
        Which; by default the current one.

    Returns
    -------
    KeptFutures or None
        None where nothing is published, or what was is no longer kept.

    Raises
    ------
    StoreUnavailableError
        If the database does not answer, or gives other bytes than were written.
    """
    with store.reading() as connection:
        found = current_publication(connection, name=FUTURES) if publication is None else publication
        contents = {} if found is None else _contents(connection, found)
    if found is None or not contents:
        return None
    about = found.about
    arrays = {name: _array(told, contents.get(name, b""), store=store) for name, told in about["arrays"].items()}

    def starting(prefix: str) -> dict[str, KeptArray]:
        return {name.removeprefix(prefix): it for name, it in arrays.items() if name.startswith(prefix)}

    return KeptFutures(
        publication=found,
        kind=about["kind"],
        levels=tuple(about["levels"]),
        keys=json.loads(arrays[KEYS].content),
        months=tuple(about["months"]),
        closed=about["closed"],
        last=arrays[LAST],
        fair=arrays[FAIR],
        by_leaf=starting(BY_LEAF),
        arrays=starting(RECIPE),
        notes=about["notes"],
    )


def _kept(futures: PublishedFutures) -> dict[str, KeptArray]:
    keys = check_json(
        {level: list(futures.keys[level]) for level in futures.levels}, column=f"{WHERE}, keys", longest=LONGEST_KEYS
    ).encode()
    named = {
        LAST: futures.last,
        FAIR: futures.fair,
        **{BY_LEAF + name: array for name, array in futures.by_leaf.items()},
        **{RECIPE + name: array for name, array in futures.arrays.items()},
    }
    kept = {KEYS: KeptArray("json", (len(keys),), keys)}
    for name, array in named.items():
        check_text(name, column=f"{WHERE}.name", longest=LONGEST_LEVEL)
        if array.dtype.kind not in TYPES:
            raise refusal(name, problem=f"has dtype {array.dtype}", accepted="numbers")
        dtype = TYPES[array.dtype.kind]
        kept[name] = KeptArray(dtype, array.shape, array.astype(dtype).tobytes(order="C"))
    size = sum(len(array.content) for array in kept.values())
    if len(kept) > MOST_ARRAYS or size > MOST_BYTES:
        accepted = f"at most {MOST_ARRAYS} arrays of {MOST_BYTES:,} bytes together"
        raise HostileValueError(WHERE, problem=f"has {len(kept)} arrays of {size:,} bytes", accepted=accepted)
    return kept


def _told(array: KeptArray) -> dict[str, Any]:
    return {"dtype": array.dtype, "shape": list(array.shape), "sha256": sha256(array.content).hexdigest()}


def _parts(kept: Mapping[str, KeptArray]) -> Iterator[dict[str, Any]]:
    for name, array in kept.items():
        for part, start in enumerate(range(0, max(len(array.content), 1), BYTES_A_COMMIT)):
            yield {"name": name, "part": part, "content": array.content[start : start + BYTES_A_COMMIT]}


def _contents(connection: Connection, publication: Publication) -> dict[str, bytes]:
    table = PUBLISHED_ARRAYS.c
    mine = select(table.name, table.content).where(table.publication_id == publication.id)
    found: dict[str, list[bytes]] = {}
    for name, content in connection.execute(mine.order_by(table.name, table.part)):
        found.setdefault(name, []).append(bytes(content))
    return {name: b"".join(parts) for name, parts in found.items()}


def _array(told: Mapping[str, Any], content: bytes, *, store: Store) -> KeptArray:
    size = 1 if told["dtype"] == "json" else 8
    if prod(told["shape"]) * size != len(content) or sha256(content).hexdigest() != told["sha256"]:
        raise StoreUnavailableError(store.address, reason="published arrays have other bytes than were written")
    return KeptArray(told["dtype"], tuple(told["shape"]), content)
