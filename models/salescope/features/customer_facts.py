"""What is known of customers, laid out for the query: ids as positions, times as whole nanoseconds, no text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salescope.features.cells import NEVER, word_of
from salescope.frames.errors import MissingColumnError

__all__ = ["TEXT", "Facts", "identifiers", "instants_of", "positions_of"]

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)

Positions = npt.NDArray[np.int32]
Instants = npt.NDArray[np.int64]

NEEDED = {
    "orders": ("customer_id", "ordered_at", "quantity"),
    "contacts": ("customer_id", "at", "kind"),
    "invoices": ("customer_id", "issued_at", "due_at", "amount"),
    "customers": ("customer_id",),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Holds everything recorded of customers, later facts too, in the columns that the query reads.

    Parameters
    ----------
    orders, contacts, invoices : pyarrow.Table
        One row a fact; "customer" is the position of the customer (int32, null where it is none of the wanted ones).
    customers : pyarrow.Table
        "customer" and "since", where the company keeps such a list.
    known : frozenset of str
        Which of the tables were given; what is asked of the others is missing.
    """

    orders: pa.Table
    contacts: pa.Table
    invoices: pa.Table
    customers: pa.Table
    known: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def from_frames(cls, tables: Mapping[str, pd.DataFrame], *, names: Sequence[str]) -> Facts:
        """Reads tables of the data contract.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            "orders", "contacts", "invoices", "products" and "customers", each where it exists.
        names : sequence of str, shape (n_customers,)
            The customers in the order of their positions; rows of others are left out.

        Returns
        -------
        Facts

        Raises
        ------
        MissingColumnError
            When a column that the contract requires is missing.
        """
        given = {name: tables[name] for name in NEEDED if tables.get(name) is not None}
        for name, frame in given.items():
            missing = [column for column in NEEDED[name] if column not in frame.columns]
            if missing and not (name == "orders" and missing == ["customer_id"]):
                raise MissingColumnError(missing, where=name, present=[str(column) for column in frame.columns])
        products = tables.get("products")
        return cls(
            orders=_orders(given.get("orders", pd.DataFrame()), products=products, names=names),
            contacts=_contacts(given.get("contacts", pd.DataFrame()), names=names),
            invoices=_invoices(given.get("invoices", pd.DataFrame()), names=names),
            customers=_customers(given.get("customers", pd.DataFrame()), names=names),
            known=frozenset(given),
        )


def identifiers(*columns: pd.Series) -> list[str]:
    """Lists every name that occurs in columns of identifiers, sorted by code point.

    Parameters
    ----------
    *columns : Series
        Identifiers: text, whole numbers or a mixture; blank cells are nobody.

    Returns
    -------
    list of str

    Examples
    --------
    >>> identifiers(pd.Series(["b", None, " a "]), pd.Series([7, 7.0]))
    ['7', 'a', 'b']
    """
    return sorted({word for column in columns for word in _coded(column)[1]})


def instants_of(values: pd.Series | pd.DatetimeIndex) -> Instants:
    """Reads times as whole nanoseconds since 1970, naive.

    Parameters
    ----------
    values : Series or DatetimeIndex, shape (n_rows,)
        Naive times.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
        ``NEVER`` where there is none.

    Examples
    --------
    >>> instants_of(pd.Series(pd.to_datetime(["1970-01-01 00:00:01"])))
    array([1000000000])
    """
    return np.asarray(values, dtype="datetime64[ns]").view(np.int64)


def _orders(frame: pd.DataFrame, *, products: pd.DataFrame | None, names: Sequence[str]) -> pa.Table:
    product, known = _coded(_column(frame, "product_id"))
    columns = {
        "customer": _nullable(positions_of(_column(frame, "customer_id"), names=names)),
        "moment": _times(frame, "ordered_at"),
        "product": _nullable(product),
        "category": _categories(frame, product=product, known=known, products=products),
        **{name: _numbers(frame, name) for name in ("quantity", "unit_price", "discount")},
        **{name: _times(frame, name) for name in ("promised_at", "delivered_at")},
    }
    return pa.table(columns)


def _contacts(frame: pd.DataFrame, *, names: Sequence[str]) -> pa.Table:
    kind, words = _coded(_column(frame, "kind"))
    is_complaint = np.array([*(word.lower() == "complaint" for word in words), False])
    columns = {
        "customer": _nullable(positions_of(_column(frame, "customer_id"), names=names)),
        "moment": _times(frame, "at"),
        "complaint": pa.array(is_complaint[kind]),
        "resolved_at": _times(frame, "resolved_at"),
    }
    return pa.table(columns)


def _invoices(frame: pd.DataFrame, *, names: Sequence[str]) -> pa.Table:
    columns = {
        "customer": _nullable(positions_of(_column(frame, "customer_id"), names=names)),
        **{name: _times(frame, name) for name in ("issued_at", "due_at", "paid_at")},
        "amount": _numbers(frame, "amount"),
    }
    return pa.table(columns)


def _customers(frame: pd.DataFrame, *, names: Sequence[str]) -> pa.Table:
    columns = {
        "customer": _nullable(positions_of(_column(frame, "customer_id"), names=names)),
        "since": _times(frame, "since"),
    }
    return pa.table(columns)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name in frame.columns:
        return frame[name]
    return pd.Series(np.full(len(frame), np.nan), index=frame.index)


def _numbers(frame: pd.DataFrame, name: str) -> pa.Array:
    values = pd.to_numeric(_column(frame, name)).to_numpy(dtype=np.float64, na_value=np.nan)
    return pa.array(values, mask=~np.isfinite(values))


def _times(frame: pd.DataFrame, name: str) -> pa.Array:
    if name not in frame.columns:
        return pa.nulls(len(frame), pa.int64())
    values = instants_of(frame[name])
    return pa.array(values, mask=values == NEVER)


def _nullable(codes: Positions) -> pa.Array:
    return pa.array(codes, mask=codes < 0)


def positions_of(column: pd.Series, *, names: Sequence[str]) -> Positions:
    """Finds the positions of names in a list of names.

    Parameters
    ----------
    column : Series, shape (n_rows,)
        Names.
    names : sequence of str, shape (n_names,)
        The list.

    Returns
    -------
    ndarray of int32, shape (n_rows,)
        -1 where a name is blank or not in the list.

    Examples
    --------
    >>> positions_of(pd.Series(["b", "x", None]), names=["a", "b"]).tolist()
    [1, -1, -1]
    """
    codes, words = _coded(column)
    place = {name: position for position, name in enumerate(names)}
    return np.array([*(place.get(word, -1) for word in words), -1], dtype=np.int32)[codes]


def _coded(column: pd.Series) -> tuple[Positions, list[str]]:
    """Writes a column of names as positions in the list of its different names; -1 is a blank cell."""
    try:
        cells = pa.chunked_array(pa.array(column, from_pandas=True))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        cells = pa.chunked_array([pa.array([word_of(value) for value in column], type=pa.large_string())])
    if pa.types.is_null(cells.type):
        return np.full(len(column), -1, dtype=np.int32), []
    # Encoded chunk by chunk, so that the text of millions of rows is never copied.
    coded = pc.dictionary_encode(cells).combine_chunks()
    place: dict[str, int] = {}
    words = [word_of(value) for value in coded.dictionary.to_pylist()]
    code = [-1 if word is None else place.setdefault(word, len(place)) for word in words]
    raw = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    return np.array([*code, -1], dtype=np.int32)[raw], list(place)


def _categories(
    frame: pd.DataFrame, *, product: Positions, known: Sequence[str], products: pd.DataFrame | None
) -> pa.Array:
    """Finds the category of every line: its own where lines say one, as an inline record's may, else its product's."""
    if "category" in frame.columns:
        return _nullable(_coded(frame["category"])[0])
    if products is None or "category" not in products.columns:
        return pa.nulls(len(frame), pa.int32())
    of_product, _ = _coded(products["category"])
    ids, words = _coded(products["product_id"])
    category_of = {words[code]: category for code, category in zip(ids, of_product, strict=True) if code >= 0}
    return _nullable(np.array([*(category_of.get(word, -1) for word in known), -1], dtype=np.int32)[product])
