"""Recommended products: what a customer buys again, what goes with it, and what many buy."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.base import BaseEstimator

from salescope.features.cells import word_of
from salescope.features.customer_moments import Moment
from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.scoring.baskets import Baskets, Floats, Ints
from salescope.scoring.co_purchase import CoPurchaseRule, co_purchases, decayed_counts
from salescope.scoring.door import UnfittedScorerError
from salescope.scoring.product_answers import TEXT, Buyers, answer_frame
from salescope.scoring.product_bundles import SCHEMA, read_catalogue, write_recommender
from salescope.scoring.product_ranks import Catalogue, Rates, Wish, catalogue_of, ranked
from salescope.scoring.product_reasons import ProductReasons

__all__ = ["ProductRecommender"]

CANARY_PRODUCTS = 10


class ProductRecommender(BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """Recommends products to customers from what they and others bought.

    Parameters
    ----------
    half_life : float, default 180
        Days after which a purchase counts half.
    in_demand : float, default 5
        How much more an own purchase counts where the product sells now: times one plus this times the share of
        customers who bought it lately.
    together : float, default 0.2
        What a product that goes with another counts, against buying the other itself.
    popular : float, default 1
        What being bought by every customer lately counts, against having bought it once today.
    popular_days : int, default 30
        What lately means; doubled until somebody ordered.
    sold_within : int or None, default 180
        Products that nobody bought for so many days are taken to be off sale; None recommends them too.
    neighbours : int, default 30
        How many products that go with it are kept for each.
    fewest_together : int, default 3
        In how many baskets two products must have been together to go with each other.
    exclude : collection of str, default ()
        Products that are never recommended nor learned from, as postage and fees.
    labels : mapping of str to str, optional
        Names of products as people say them, by id, for the reasons.

    Attributes
    ----------
    catalogue_ : Catalogue
        The products, what goes with what, and what is popular.
    history_ : Baskets
        Who bought what in the orders it learned from; it does not travel in a bundle.

    Notes
    -----
    The score of a product is the customer's own purchases of it, older ones counting less and more where it is in
    demand; or, where that is more, ``together`` times the similarity of every product the customer bought (see
    `salescope.scoring.co_purchase`) plus ``popular`` times the share of customers who bought it lately. Somebody of
    whom nothing is known is told what is popular. That the own frequency is hard to beat where purchases repeat is the
    finding of M. Li, S. Jullien, M. Ariannezhad, M. de Rijke, "A next basket recommendation reality check", ACM TOIS 41
    (2023).

    Examples
    --------
    >>> orders = pd.DataFrame({"customer_id": list("aabbcd"), "product_id": ["nut", "bolt"] * 3})
    >>> orders = orders.assign(quantity=1.0, ordered_at=pd.Timestamp("2024-01-01"))
    >>> recommender = ProductRecommender(fewest_together=2).fit(orders, as_of="2024-01-11")
    >>> recommender.recommend(["c"], k=2)[["product_id", "because"]].to_numpy().tolist()
    [['nut', 'bought once, 10 days ago'], ['bolt', 'bought by 75% of the customers who ordered in the last 30 days']]
    >>> recommender.recommend_baskets([["bolt"]], k=1)[["basket", "product_id"]].to_numpy().tolist()
    [[0, 'nut']]
    """

    kind: ClassVar[str] = "product_recommender"

    def __init__(
        self,
        *,
        half_life: float = 180.0,
        in_demand: float = 5.0,
        together: float = 0.2,
        popular: float = 1.0,
        popular_days: int = 30,
        sold_within: int | None = 180,
        neighbours: int = 30,
        fewest_together: int = 3,
        exclude: Collection[str] = (),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.half_life = half_life
        self.in_demand = in_demand
        self.together = together
        self.popular = popular
        self.popular_days = popular_days
        self.sold_within = sold_within
        self.neighbours = neighbours
        self.fewest_together = fewest_together
        self.exclude = exclude
        self.labels = labels

    def fit(self, orders: pd.DataFrame, *, as_of: Moment) -> Self:
        """Learns what goes with what, and remembers who bought what.

        Parameters
        ----------
        orders : DataFrame, shape (n_lines, n_columns)
            The contract's table ``orders``, later rows too; it is not changed.
        as_of : datetime or str
            The moment, naive; rows at or after it change nothing.

        Returns
        -------
        ProductRecommender

        Raises
        ------
        MissingColumnError
            When a column is missing.
        OutOfRangeError
            When a setting or the moment cannot be meant.
        """
        self._check_settings()
        baskets = Baskets.from_orders(orders, as_of=as_of).without(set(self.exclude))
        rule = CoPurchaseRule(self.half_life, self.neighbours, self.fewest_together)
        similar = co_purchases(baskets, rule=rule)
        self.catalogue_ = catalogue_of(
            baskets, similar=similar, popular_days=self.popular_days, sold_within=self.sold_within
        )
        self.history_ = baskets
        return self

    def _check_settings(self) -> None:
        least = {"popular_days": 1, "neighbours": 1, "fewest_together": 1, "in_demand": 0, "together": 0, "popular": 0}
        if not self.half_life > 0:
            raise OutOfRangeError(self.half_life, name="half_life", where="ProductRecommender", least="above 0")
        for name, smallest in least.items():
            if not getattr(self, name) >= smallest:
                raise OutOfRangeError(getattr(self, name), name=name, where="ProductRecommender", least=smallest)

    def recommend(
        self,
        customer_ids: Sequence[str] | None = None,
        *,
        k: int = 10,
        repeat: bool = True,
        history: Baskets | None = None,
        language: str = "en",
    ) -> pd.DataFrame:
        """Recommends products to customers by id.

        Parameters
        ----------
        customer_ids : sequence of str, shape (n_customers,), optional
            Whom to recommend to; by default everybody who bought.
        k : int, default 10
            How many products a customer at most.
        repeat : bool, default True
            Whether what a customer bought already may be recommended again.
        history : Baskets, optional
            Who bought what until now (``Baskets.from_orders(orders, as_of=…)``); by default as it was learned from.
        language : {"en", "zh"}, default "en"
            The language of the reasons.

        Returns
        -------
        DataFrame, shape (n_recommended, 5)
            "customer_id", "rank" (from 1), "product_id", "score" and "because", in the order that was asked for; among
            equal scores the lower id comes first.

        Raises
        ------
        UnfittedScorerError
            When nothing was learned yet.
        MisalignedError
            When a recommender that was read from its bundle, which holds no customers, is given no history.
        """
        known = self._history(history)
        place = {name: position for position, name in enumerate(known.customers)}
        names = list(known.customers) if customer_ids is None else [word_of(name) for name in customer_ids]
        rows = np.array([place.get(name or "", len(place)) for name in names], dtype=np.int64)
        told = self._told(known, rows=rows, wish=Wish(k, repeat=repeat), language=language)
        told.insert(0, "customer_id", pd.Series(names, dtype=TEXT).take(told.pop("row").to_numpy()).array)
        return told

    def recommend_baskets(
        self,
        baskets: Sequence[Sequence[str] | Mapping[str, Any]],
        *,
        k: int = 10,
        repeat: bool = False,
        language: str = "en",
    ) -> pd.DataFrame:
        """Recommends products that go with a basket, or to a customer whose facts come inline.

        Parameters
        ----------
        baskets : sequence, shape (n_baskets,)
            Lists of product ids, or mappings as `Baskets.from_records` takes them.
        k : int, default 10
            How many products a basket at most.
        repeat : bool, default False
            Whether what is told of already may be recommended again.
        language : {"en", "zh"}, default "en"
            The language of the reasons.

        Returns
        -------
        DataFrame, shape (n_recommended, 5)
            As `recommend`, with "basket", the position of the basket, in place of "customer_id".
        """
        records = [basket if isinstance(basket, Mapping) else {"products": basket} for basket in baskets]
        known = Baskets.from_records(records)
        told = self._told(known, rows=np.arange(len(records)), wish=Wish(k, repeat=repeat), language=language)
        return told.rename(columns={"row": "basket"})

    def _history(self, history: Baskets | None) -> Baskets:
        self._catalogue()
        known = getattr(self, "history_", None) if history is None else history
        if known is None:
            accepted = "Baskets.from_orders(orders, as_of=…): a bundle holds products, not customers"
            raise MisalignedError("history", found="no value", accepted=accepted)
        return known

    def _catalogue(self) -> Catalogue:
        if not hasattr(self, "catalogue_"):
            raise UnfittedScorerError(type(self).__name__)
        return self.catalogue_

    def _owned(self, known: Baskets, *, rows: Ints) -> Buyers:
        """Lays out who bought what of the catalogue, with a last row for those of whom nothing is known."""
        among = known.among(self._catalogue().products)
        owned = decayed_counts(among, half_life=self.half_life)
        nobody = sp.csr_array((1, owned.shape[1]))
        return Buyers(among, sp.csr_array(sp.vstack([owned, nobody], format="csr")), rows)

    def _told(self, known: Baskets, *, rows: Ints, wish: Wish, language: str) -> pd.DataFrame:
        reasons = ProductReasons(language, self.labels)
        buyers = self._owned(known, rows=rows)
        best = ranked(buyers.owned[rows], self.catalogue_, rates=self._rates, wish=wish)
        return answer_frame(best, catalogue=self.catalogue_, buyers=buyers, reasons=reasons)

    @property
    def _rates(self) -> Rates:
        return Rates(self.half_life, self.in_demand, self.together, self.popular)

    def input_schema(self) -> dict[str, Any]:
        """Says what a record may carry.

        Returns
        -------
        dict
            A JSON object, see `salescope.scoring.schema`.
        """
        return SCHEMA

    def canary_values(self, records: Sequence[Mapping[str, Any]]) -> Floats:
        """Answers records with what a loaded copy must reproduce bit for bit.

        Parameters
        ----------
        records : sequence of mappings, shape (n_records,)
            As `Baskets.from_records` takes them.

        Returns
        -------
        ndarray of float64, shape (n_records, 20)
            The positions of the ten best products, then their scores; NaN where there are fewer.
        """
        rows = np.arange(len(records))
        owned = self._owned(Baskets.from_records(records), rows=rows).owned[rows]
        answer = np.full((len(records), 2, CANARY_PRODUCTS), np.nan)
        wish = Wish(CANARY_PRODUCTS, repeat=True)
        for row, best in enumerate(ranked(owned, self.catalogue_, rates=self._rates, wish=wish)):
            answer[row, :, : len(best.product)] = best.product, best.score
        return answer.reshape(len(records), 2 * CANARY_PRODUCTS)

    def to_bundle(self) -> dict[str, bytes]:
        """Gives what was learned about products as JSON; customers and their purchases are left out.

        Returns
        -------
        dict of str to bytes
            The content of each file by its flat name.
        """
        self._catalogue()
        return write_recommender(self)

    @classmethod
    def from_bundle(cls, files: Mapping[str, bytes]) -> Self:
        """Reads a fitted recommender back from `to_bundle`; files it does not know are left alone.

        Parameters
        ----------
        files : mapping of str to bytes

        Returns
        -------
        ProductRecommender
            Answers with the same bits as the one that was written; `recommend` needs a history.
        """
        settings, catalogue = read_catalogue(files)
        recommender = cls(**settings)
        recommender.catalogue_ = catalogue
        return recommender
