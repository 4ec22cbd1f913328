"""What is known of customers, laid out for the query: names as positions, times as whole nanoseconds, no text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from salescope.features.cells import NEVER
from salescope.features.customer_names import CodedNames, Positions, sorted_names
from salescope.frames.errors import MissingColumnError

__all__ = ["FACTS", "Facts", "Instants", "instants_of"]

FACTS = ("orders", "contacts", "invoices")
NEEDED = {
    "orders": ("customer_id", "ordered_at", "quantity"),
    "contacts": ("customer_id", "at", "kind"),
    "invoices": ("customer_id", "issued_at", "due_at", "amount"),
    "customers": ("customer_id",),
}

Instants = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Facts:
    """Holds everything recorded of customers, later facts too, in the columns that the query reads.

    Parameters
    ----------
    names : pyarrow.Array of large_string, shape (n_customers,)
        The customers in the order of their positions.
    relations : mapping of str to pyarrow.Table
        "orders", "contacts", "invoices" and "customers"; in each "customer" is the position of the customer, null
        where it is none of the names.
    knows : mapping of str to ndarray of bool, shape (n_customers,)
        For "orders", "contacts" and "invoices": whether such facts were told of the customers at all.
    """

    names: pa.Array
    relations: Mapping[str, pa.Table]
    knows: Mapping[str, npt.NDArray[np.bool_]]

    @classmethod
    def from_frames(cls, tables: Mapping[str, pd.DataFrame], *, names: pa.Array | None = None) -> Facts:
        """Reads tables of the data contract.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            "orders", "contacts", "invoices", "products" and "customers", each where it exists.
        names : pyarrow.Array of large_string, shape (n_customers,), optional
            The customers whose rows are wanted, each once; by default everybody who occurs, sorted.

        Returns
        -------
        Facts

        Raises
        ------
        MissingColumnError
            When a column that the features need is missing.
        """
        given = {name: tables[name] if tables.get(name) is not None else _nothing(name) for name in NEEDED}
        for name, frame in given.items():
            missing = [column for column in NEEDED[name] if column not in frame.columns]
            if missing:
                raise MissingColumnError(missing, where=name, present=[str(column) for column in frame.columns])
        whose = {name: CodedNames.from_column(frame["customer_id"]) for name, frame in given.items()}
        if names is None:
            names = sorted_names(*(coded.words for coded in whose.values()))
        relations = {
            name: pa.table({"customer": _nullable(whose[name].positions(names)), **columns})
            for name, columns in _columns(given, products=tables.get("products"))
        }
        knows = {name: np.full(len(names), tables.get(name) is not None) for name in FACTS}
        return cls(names, relations, knows)

    def listed_before(self, moment: int) -> npt.NDArray[np.bool_]:
        """Says of whom the company's list of customers says that the relation began before a moment.

        Parameters
        ----------
        moment : int
            Nanoseconds since 1970, naive.

        Returns
        -------
        ndarray of bool, shape (n_customers,)
        """
        listed = self.relations["customers"].drop_null()
        begun = listed["since"].to_numpy() < moment
        found = np.zeros(len(self.names), dtype=bool)
        found[listed["customer"].to_numpy()[begun]] = True
        return found


def instants_of(values: pd.Series) -> Instants:
    """Reads times as whole nanoseconds since 1970, naive.

    Parameters
    ----------
    values : Series, shape (n_rows,)
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


def _nothing(name: str) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype=object) for column in NEEDED[name]})


def _columns(
    given: Mapping[str, pd.DataFrame], *, products: pd.DataFrame | None
) -> Iterator[tuple[str, dict[str, pa.Array]]]:
    """Lays out the columns of each relation, one after the other, so that what one took is free for the next."""
    yield "orders", _order_columns(given["orders"], products=products)
    yield "contacts", _contact_columns(given["contacts"])
    invoices = given["invoices"]
    times = {"moment": "issued_at", "due_at": "due_at", "paid_at": "paid_at"}
    yield (
        "invoices",
        {**{to: _times(invoices, name) for to, name in times.items()}, "amount": _numbers(invoices, "amount")},
    )
    yield "customers", {"since": _times(given["customers"], "since")}


def _order_columns(frame: pd.DataFrame, *, products: pd.DataFrame | None) -> dict[str, pa.Array]:
    bought = _coded(frame, "product_id")
    return {
        "moment": _times(frame, "ordered_at"),
        "product": _nullable(bought.codes),
        "category": _nullable(_categories(frame, bought=bought, products=products)),
        **{name: _numbers(frame, name) for name in ("quantity", "unit_price", "discount")},
        **{name: _times(frame, name) for name in ("promised_at", "delivered_at")},
    }


def _contact_columns(frame: pd.DataFrame) -> dict[str, pa.Array]:
    kind = CodedNames.from_column(frame["kind"])
    complaint = np.array([*(word.lower() == "complaint" for word in kind.words.to_pylist()), False])
    return {
        "moment": _times(frame, "at"),
        "complaint": pa.array(complaint[kind.codes]),
        "resolved_at": _times(frame, "resolved_at"),
    }


def _categories(frame: pd.DataFrame, *, bought: CodedNames, products: pd.DataFrame | None) -> Positions:
    """Finds the category of every line: its own where lines say one, as an inline record's may, else its product's."""
    if "category" in frame.columns or products is None or "category" not in products.columns:
        return _coded(frame, "category").codes
    category = CodedNames.from_column(products["category"]).codes
    row = CodedNames.from_column(products["product_id"]).positions(bought.words)
    of_word = np.full(len(bought.words) + 1, -1, dtype=np.int32)
    # Written from behind, so that of two rows for one product the first counts.
    of_word[row[::-1]] = category[::-1]
    of_word[-1] = -1
    return of_word[bought.codes]


def _coded(frame: pd.DataFrame, name: str) -> CodedNames:
    if name in frame.columns:
        return CodedNames.from_column(frame[name])
    return CodedNames(np.full(len(frame), -1, dtype=np.int32), sorted_names())


def _numbers(frame: pd.DataFrame, name: str) -> pa.Array:
    if name not in frame.columns:
        return pa.nulls(len(frame), pa.float64())
    values = pd.to_numeric(frame[name]).to_numpy(dtype=np.float64, na_value=np.nan)
    return pa.array(values, mask=~np.isfinite(values))


def _times(frame: pd.DataFrame, name: str) -> pa.Array:
    if name not in frame.columns:
        return pa.nulls(len(frame), pa.int64())
    values = instants_of(frame[name])
    return pa.array(values, mask=values == NEVER)


def _nullable(codes: Positions) -> pa.Array:
    return pa.array(codes, mask=codes < 0)
