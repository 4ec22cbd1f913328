"""Random streams: one seed, and an independent stream for each named part of the company."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["stream"]


def stream(seed: int, name: str) -> np.random.Generator:
    """Opens the random stream of one named part.

    Parameters
    ----------
    seed : int
        The seed of the whole company.
    name : str
        The part, as ``"leads"``.

    Returns
    -------
    numpy.random.Generator
        A generator that depends on the seed and the name alone.

    Notes
    -----
    The key comes from the name and not from a running count of spawned children, so a new part, or a part that draws
    more, leaves every other part as it was.

    Examples
    --------
    >>> stream(0, "leads").integers(100) == stream(0, "leads").integers(100)
    np.True_
    >>> bool((stream(0, "leads").random(4) == stream(0, "orders").random(4)).any())
    False
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()),)))
