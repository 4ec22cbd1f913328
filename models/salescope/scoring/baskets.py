"""Who bought what on which day, as positions and ages: what recommended products are learned and told from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from salescope.features.cells import DAY, NEVER, instant_of, number_of, word_of
from salescope.features.customer_facts import instants_of
from salescope.features.customer_moments import Moment, moment_of
from salescope.features.customer_names import CodedNames, sorted_names
from salescope.frames.errors import MissingColumnError

__all__ = ["Baskets"]

# The age of what lies in the basket now, as if it had been bought this very day, in days.
IN_THE_BASKET = 1.0
NEEDED = ("customer_id", "ordered_at", "product_id", "quantity")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Baskets:
    """Holds purchases before a moment, each product of a customer once a calendar day.

    Parameters
    ----------
    customers, products : tuple of str
        The names, each once; those of products are sorted by code point.
    customer, product : ndarray of int64, shape (n_purchases,)
        Positions of names; purchases are sorted by customer, product and age.
    age : ndarray of float64, shape (n_purchases,)
        Days from the midnight of the day to the moment, above 0.
    """

    customers: tuple[str, ...]
    products: tuple[str, ...]
    customer: Ints
    product: Ints
    age: Floats

    @classmethod
    def from_orders(cls, orders: pd.DataFrame, *, as_of: Moment) -> Self:
        """Reads the contract's table ``orders``.

        Parameters
        ----------
        orders : DataFrame, shape (n_lines, n_columns)
            "customer_id", "ordered_at" (naive), "product_id" and "quantity", in any order of rows, later rows too.
        as_of : datetime or str
            The moment, naive; rows at or after it are not looked at.

        Returns
        -------
        Baskets
            Lines of positive quantity with a customer and a product; returns are none.

        Raises
        ------
        MissingColumnError
            When a column is missing.
        OutOfRangeError
            When the moment cannot be meant.

        Examples
        --------
        >>> orders = pd.DataFrame({"customer_id": ["b", "a", "a"], "product_id": ["nut", "nut", "bolt"]})
        >>> orders = orders.assign(quantity=[1, 2, -1], ordered_at=pd.Timestamp("2024-01-01 09:30"))
        >>> bought = Baskets.from_orders(orders, as_of="2024-01-03")
        >>> bought.customers, bought.products, bought.age.tolist()
        (('a', 'b'), ('nut',), [2.0, 2.0])
        """
        missing = [name for name in NEEDED if name not in orders.columns]
        if missing:
            raise MissingColumnError(missing, where="orders", present=[str(name) for name in orders.columns])
        moment = moment_of(as_of, where="Baskets.from_orders")
        instants = instants_of(orders["ordered_at"])
        quantity = pd.to_numeric(orders["quantity"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        bought = np.flatnonzero((instants != NEVER) & (instants < moment) & (quantity > 0))
        whose = CodedNames.from_column(orders["customer_id"].iloc[bought])
        what = CodedNames.from_column(orders["product_id"].iloc[bought])
        known = (whose.codes >= 0) & (what.codes >= 0)
        customers, products = (_present(coded, rows=known) for coded in (whose, what))
        age = (moment - instants[bought] // DAY * DAY)[known] / DAY
        return cls(
            tuple(customers.to_pylist()),
            tuple(products.to_pylist()),
            *_each_once(whose.positions(customers)[known], what.positions(products)[known], age=age),
        )

    @classmethod
    def from_records(cls, records: Sequence[Mapping[str, Any]], *, as_of: Moment | None = None) -> Self:
        """Reads facts that come inline, one customer or basket a record.

        Parameters
        ----------
        records : sequence of mappings, shape (n_records,)
            "orders", a list of order lines with the contract's columns, or "products", a list of product ids that are
            in the basket now; both may be there.
        as_of : datetime or str, optional
            The moment of every record, naive; by default the record's own "as_of", else the midnight after its last
            order.

        Returns
        -------
        Baskets
            A customer a record, called by its position.

        Examples
        --------
        >>> line = {"ordered_at": "2024-01-01", "product_id": "nut", "quantity": 1}
        >>> bought = Baskets.from_records([{"orders": [line], "as_of": "2024-01-03"}, {"products": ["bolt"]}])
        >>> bought.customers, bought.products, bought.age.tolist()
        (('0', '1'), ('bolt', 'nut'), [2.0, 1.0])
        """
        lines = [(place, *line) for place, record in enumerate(records) for line in _lines_of(record, as_of=as_of)]
        names = tuple(sorted({product for _, product, _ in lines}))
        position = {name: place for place, name in enumerate(names)}
        customer = np.array([place for place, _, _ in lines], dtype=np.int64)
        product = np.array([position[product] for _, product, _ in lines], dtype=np.int64)
        age = np.array([age for _, _, age in lines], dtype=np.float64)
        return cls(tuple(map(str, range(len(records)))), names, *_each_once(customer, product, age=age))

    def without(self, products: Collection[str]) -> Self:
        """Leaves products out, as postage and fees.

        Parameters
        ----------
        products : collection of str
            Their ids.

        Returns
        -------
        Baskets
        """
        kept = tuple(name for name in self.products if name not in products)
        return self.among(kept)

    def among(self, products: Sequence[str]) -> Self:
        """Looks at some products only, in the positions they have in a given list.

        Parameters
        ----------
        products : sequence of str, shape (n_products,)
            The list, sorted by code point; purchases of others are left out.

        Returns
        -------
        Baskets
        """
        place = {name: position for position, name in enumerate(products)}
        position = np.array([place.get(name, -1) for name in self.products], dtype=np.int64)
        moved = position[self.product] if len(position) else self.product
        kept = moved >= 0
        return replace(
            self,
            products=tuple(products),
            customer=self.customer[kept],
            product=moved[kept],
            age=self.age[kept],
        )


def _present(coded: CodedNames, *, rows: npt.NDArray[np.bool_]) -> pa.Array:
    return sorted_names(coded.words.take(np.unique(coded.codes[rows])))


def _each_once(customer: npt.NDArray[Any], product: npt.NDArray[Any], *, age: Floats) -> tuple[Ints, Ints, Floats]:
    """Sorts purchases and keeps each day once, so that neither the order of rows nor a second line changes a bit."""
    order = np.lexsort((age, product, customer))
    table = np.column_stack([customer, product, age])[order]
    first = np.ones(len(table), dtype=bool)
    first[1:] = (table[1:] != table[:-1]).any(axis=1)
    kept = order[first]
    return customer[kept].astype(np.int64), product[kept].astype(np.int64), age[kept]


def _lines_of(record: Mapping[str, Any], *, as_of: Moment | None) -> list[tuple[str, float]]:
    """Gives the products of a record and their ages in days."""
    told = [
        (instant_of(line.get("ordered_at")), word_of(line.get("product_id")))
        for line in record.get("orders") or ()
        if number_of(line.get("quantity")) > 0
    ]
    told = [line for line in told if line[0] != NEVER]
    own = as_of if as_of is not None else record.get("as_of")
    latest = max((instant for instant, _ in told), default=0)
    moment = latest // DAY * DAY + DAY if own is None else moment_of(own, where="Baskets.from_records")
    known = [(name, (moment - at // DAY * DAY) / DAY) for at, name in told if name is not None and at < moment]
    basket = [word_of(product) for product in record.get("products") or ()]
    return [*known, *((name, IN_THE_BASKET) for name in basket if name is not None)]
