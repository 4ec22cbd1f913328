"""Contacts: visits, calls, messages and complaints; complaints pile up before a customer leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.simulation.labels import labelled
from salescope.simulation.period import Floats, Ints
from salescope.simulation.world import World

__all__ = ["contacts_table"]

KINDS = ("visit", "call", "mail", "complaint")
RATE = np.array([0.008, 0.014, 0.02, 0.002])
COMPLAINT = KINDS.index("complaint")
LAST_DAYS = 60.0
LAST_COMPLAINTS = 0.9
DAYS_TO_RESOLVE = 9.0


def contacts_table(world: World, *, rng: np.random.Generator) -> pd.DataFrame:
    """Writes the table ``contacts`` of the contract.

    Parameters
    ----------
    world : World
        The company.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    DataFrame, shape (n_contacts, 4)
        Sorted by moment and customer; only complaints are resolved, and those still open at the end lack the moment.
    """
    customer, day, kind = draw_contacts(world, rng=rng)
    resolved = day + np.where(kind == COMPLAINT, rng.gamma(2.0, DAYS_TO_RESOLVE / 2, day.size), np.nan)
    frame = pd.DataFrame(
        {
            "customer_id": world.book.names.take(customer),
            "at": world.period.moments(day),
            "kind": labelled(KINDS, kind),
            "resolved_at": world.period.moments(np.where(resolved < world.period.days, resolved, np.nan)),
        }
    )
    # Two contacts in one second would share a key of the contract.
    return frame.drop_duplicates(["customer_id", "at"]).sort_values(["at", "customer_id"], ignore_index=True)


def draw_contacts(world: World, *, rng: np.random.Generator) -> tuple[Ints, Floats, Ints]:
    """Draws who is contacted when and how.

    Parameters
    ----------
    world : World
        The company.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    tuple of (ndarray of int, ndarray of float, ndarray of int), each of shape (n_contacts,)
        Customer, day since the start, position in `KINDS`.
    """
    book, days = world.book, float(world.period.days)
    begin = np.clip(book.since, 0.0, days)
    stop = np.clip(book.died, begin, days)
    count = rng.poisson((stop - begin)[:, None] * RATE)
    customer, kind = np.divmod(np.repeat(np.arange(count.size), count.ravel()), len(KINDS))
    angry = np.repeat(np.arange(book.died.size), rng.poisson(LAST_COMPLAINTS * (book.died < days)))
    low = np.concatenate([begin[customer], np.maximum(begin, stop - LAST_DAYS)[angry]])
    who = np.concatenate([customer, angry])
    day = np.floor(low + rng.random(low.size) * (stop[who] - low)) + rng.uniform(8, 18, low.size) / 24
    return who, day, np.concatenate([kind, np.full(angry.size, COMPLAINT)])
