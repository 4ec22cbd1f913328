"""Partitions of customers: features in, a Parquet part of profiles out, under a name that says what is in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from salescope.batch.customer_models import Pinned, load_customer_models
from salescope.features.cells import word_of
from salescope.scoring import Baskets, NextPolicy, customer_profiles
from salescope.scoring.profile_columns import next_columns
from salescope.sources import content_digest

__all__ = ["CONTENT", "Asked", "Part", "parts_of", "profile_part"]

ROWS_A_PART = 2_000
CONTENT = "content"
REGION = "region"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Says how customers are described, the same for every partition.

    Parameters
    ----------
    bundles : tuple of tuple of str
        The models, see `salescope.batch.customer_models.pinned`.
    as_of : Timestamp
        The moment, naive.
    language : {"en", "zh"}
        The language of names and reasons.
    top : int
        How many reasons and products.
    """

    bundles: Pinned
    as_of: pd.Timestamp
    language: str
    top: int


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Is one partition.

    Parameters
    ----------
    features : DataFrame, shape (n_customers, n_features)
        Whom it is about.
    baskets : Baskets
        What these customers bought.
    """

    features: pd.DataFrame
    baskets: Baskets

    def named(self, asked: Asked) -> str:
        """Names the file of the part by everything that its content follows from.

        Parameters
        ----------
        asked : Asked

        Returns
        -------
        str
            The same for the same content, so that a run after one that was killed finds the parts already done.
        """
        bought = pd.DataFrame({name: getattr(self.baskets, name) for name in ("customer", "product", "age")})
        said = pd.DataFrame({"said": [repr(asked), repr(NextPolicy()), version("salescope")]})
        names = pd.DataFrame({"name": list(self.baskets.products)})
        told = {"features": self.features, "bought": bought, "names": names, "said": said}
        return f"{content_digest(told)[:32]}.parquet"


def parts_of(features: pd.DataFrame, baskets: Baskets) -> Iterator[Part]:
    """Cuts customers into partitions.

    Parameters
    ----------
    features : DataFrame, shape (n_customers, n_features)
        Of `salescope.features.customer_features`.
    baskets : Baskets
        Who bought what.

    Yields
    ------
    Part
        Up to 2,000 customers.
    """
    place = pd.Index(baskets.customers).get_indexer(pd.Index(features["customer_id"].astype(object)))
    for start in range(0, len(features), ROWS_A_PART):
        stop = start + ROWS_A_PART
        yield Part(features.iloc[start:stop].reset_index(drop=True), _some(baskets, place[start:stop]))


def profile_part(part: Part, *, asked: Asked, path: Path) -> Path:
    """Describes the customers of a partition, in whatever process it is called.

    Parameters
    ----------
    part : Part
        Whom.
    asked : Asked
        How.
    path : Path
        The file to write; where it is there already, nothing is done.

    Returns
    -------
    Path
        The file: what customers are chosen by, "region", and "content", each profile as JSON.
    """
    if path.exists():
        return path
    models, policy = load_customer_models(asked.bundles), NextPolicy()
    baskets = part.baskets if models.products is not None else None
    profiles = customer_profiles(
        part.features,
        models=models,
        as_of=asked.as_of,
        baskets=baskets,
        language=asked.language,
        top=asked.top,
        policy=policy,
    )
    contents = [profile.content for profile in profiles]
    wishes = [policy.opt_outs.opted_out, policy.opt_outs.opted_in]
    # Who must not be contacted was skipped already, whatever the wishes were written as.
    table = next_columns(part.features, contents, policy=policy).drop(columns=wishes, errors="ignore")
    owner = policy.columns.representative
    table[owner] = pd.Series([word_of(name) for name in table[owner]], dtype=object)
    table[REGION] = pd.Series([profile.region for profile in profiles], dtype=object)
    table[CONTENT] = [json.dumps(content, allow_nan=False, ensure_ascii=False) for content in contents]
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    table.to_parquet(beside, index=False)
    beside.replace(path)
    return path


def _some(baskets: Baskets, places: np.ndarray) -> Baskets:
    """Keeps the purchases of some customers, who stand together as purchases do."""
    known = places[places >= 0]
    low, high = (int(known.min()), int(known.max()) + 1) if len(known) else (0, 0)
    first, last = np.searchsorted(baskets.customer, [low, high])
    return replace(
        baskets,
        customers=baskets.customers[low:high],
        customer=baskets.customer[first:last] - low,
        product=baskets.product[first:last],
        age=baskets.age[first:last],
    )
