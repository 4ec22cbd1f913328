"""The published models that say something of customers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from salescope.bundle import load_model
from salescope.frames.errors import NothingPublishedError
from salescope.registry import Published, current, read_bundle
from salescope.scoring import CustomerModels

__all__ = ["CUSTOMER_MODELS", "Pinned", "load_customer_models", "pinned", "published_customer_models"]

CUSTOMER_MODELS = ("churn", "value", "segments", "products")

Pinned = tuple[tuple[str, str, str, str], ...]
"""Name, version, digest and folder of each bundle: what a partition needs to know, and a cache can have as a key."""


def published_customer_models(published: Path) -> dict[str, Published]:
    """Finds which models of customers are published.

    Parameters
    ----------
    published : Path
        The folder of promoted bundles, one folder a model.

    Returns
    -------
    dict of str to Published
        By name; a model that was never promoted is absent.

    Raises
    ------
    NothingPublishedError
        If there is none at all.
    DamagedBundleError
        If a pointer is malformed.
    """
    found = {}
    for name in CUSTOMER_MODELS:
        try:
            found[name] = current(published / name)
        except NothingPublishedError:
            continue
    if not found:
        raise NothingPublishedError(str(published / CUSTOMER_MODELS[0]))
    return found


def pinned(published: Mapping[str, Published]) -> Pinned:
    """Names bundles so that every partition loads the same, whatever is promoted meanwhile.

    Parameters
    ----------
    published : mapping of str to Published
        Of `published_customer_models`.

    Returns
    -------
    tuple of tuple of str
    """
    return tuple((name, found.version, found.digest, str(found.path)) for name, found in published.items())


# A process works on many partitions, and loads its models for the first.
@lru_cache(maxsize=1)
def load_customer_models(bundles: Pinned) -> CustomerModels:
    """Loads models after every check that there is.

    Parameters
    ----------
    bundles : tuple of tuple of str
        Which, see `pinned`.

    Returns
    -------
    CustomerModels

    Raises
    ------
    BundleError
        If a bundle is damaged, or does not reproduce its canary rows.
    """
    loaded: dict[str, Any] = {
        name: load_model(read_bundle(Path(folder), digest=digest), digest=digest) for name, _, digest, folder in bundles
    }
    return CustomerModels(**loaded, versions={name: version for name, version, _, _ in bundles})
