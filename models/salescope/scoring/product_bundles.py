"""A fitted product recommender as JSON and back; customers stay where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from salescope.scoring.product_ranks import Catalogue

if TYPE_CHECKING:
    # The estimator imports this module; only its name is needed here.
    from salescope.scoring.products import ProductRecommender

__all__ = ["SCHEMA", "read_catalogue", "write_recommender"]

FORM = 1
FILE = "recommender.json"

LINE = {"ordered_at": "2024-05-31T09:30:00", "product_id": "P-0001", "quantity": 2.0}
_EXAMPLE = {"products": ["P-0001", "P-0002"], "orders": [LINE], "as_of": "2024-06-01"}
_KINDS = {"products": "names", "orders": "lines", "as_of": "date"}

SCHEMA: dict[str, Any] = {
    "columns": [
        {"name": name, "label": None, "kind": kind, "categories": [], "usual": None, "example": _EXAMPLE[name]}
        for name, kind in _KINDS.items()
    ],
    "ignored": {},
    "example": _EXAMPLE,
}
"""What a record may carry: the products of a basket, order lines, and the moment they are looked at."""


def write_recommender(recommender: ProductRecommender) -> dict[str, bytes]:
    """Gives the files of a fitted recommender.

    Parameters
    ----------
    recommender : ProductRecommender

    Returns
    -------
    dict of str to bytes
        "recommender.json" (settings, products, what goes with what, what is popular) and "schema.json". JSON numbers
        are written so that they read back bit for bit.
    """
    catalogue = recommender.catalogue_
    settings = {
        **recommender.get_params(deep=False),
        "exclude": sorted(recommender.exclude),
        "labels": dict(recommender.labels or {}),
    }
    state = {
        "form": FORM,
        "settings": settings,
        "products": list(catalogue.products),
        "starts": catalogue.similar.indptr.tolist(),
        "similar": catalogue.similar.indices.tolist(),
        "similarity": catalogue.similar.data.tolist(),
        "buyers": catalogue.buyers.tolist(),
        "customers": catalogue.customers,
        "popular_days": catalogue.popular_days,
        "on_sale": catalogue.on_sale.tolist(),
    }
    return {FILE: _json(state), "schema.json": _json(recommender.input_schema())}


def read_catalogue(files: Mapping[str, bytes]) -> tuple[dict[str, Any], Catalogue]:
    """Reads settings and what was learned from the files of a recommender, which were verified before.

    Parameters
    ----------
    files : mapping of str to bytes

    Returns
    -------
    tuple of (dict, Catalogue)
    """
    state = json.loads(files[FILE])
    width = len(state["products"])
    similar = sp.csr_array(
        (
            np.array(state["similarity"], dtype=np.float64),
            np.array(state["similar"], dtype=np.int64),
            np.array(state["starts"], dtype=np.int64),
        ),
        shape=(width, width),
    )
    similar.check_format()
    catalogue = Catalogue(
        products=tuple(state["products"]),
        similar=similar,
        buyers=np.array(state["buyers"], dtype=np.int64),
        customers=int(state["customers"]),
        popular_days=int(state["popular_days"]),
        on_sale=np.array(state["on_sale"], dtype=bool),
    )
    return state["settings"], catalogue


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
