"""Profiles of customers: published as a whole, read by id."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from salescope.store.engine import Store
from salescope.store.errors import HostileValueError
from salescope.store.publication import (
    CUSTOMERS,
    NewPublication,
    Publication,
    begin_publication,
    complete_publication,
    current_publication,
    earlier_publications,
    write_rows,
)
from salescope.store.tables import CUSTOMER_PROFILES, LONGEST_ID
from salescope.store.values import LARGEST_VALUE, check_json, check_number, check_text

__all__ = ["Profile", "PublishedProfile", "profile_of", "profile_of_row", "publish_profiles"]

LONGEST_CONTENT = 100_000
# So that an answer of the service, which needs the same lock on SQLite, never waits long.
ROWS_A_COMMIT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Is what is said of one customer on one day.

    Parameters
    ----------
    customer_id : str
        1 to 200 characters.
    rank_score : float
        What customers are ranked by, the highest first: the expected gain of the next step, in the currency.
    owner, region, tier : str or None, default None
        What a ranking can be filtered by, 1 to 200 characters.
    churn_probability : float or None, default None
        The calibrated chance of leaving, 0 to 1.
    expected_money : float or None, default None
        The expected money, in the publication's currency.
    content : dict
        The whole profile, of what JSON can say; checked when it is published.

    Raises
    ------
    HostileValueError
        If a value would not be stored unchanged.

    Examples
    --------
    >>> Profile(customer_id="C-7", rank_score=float("nan"), content={"next": "visit"})
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for customer_profiles.rank_score is not finite. Accepted: ...
    """

    customer_id: str
    rank_score: float
    owner: str | None = None
    region: str | None = None
    tier: str | None = None
    churn_probability: float | None = None
    expected_money: float | None = None
    content: dict[str, Any]

    def __post_init__(self) -> None:
        check_text(self.customer_id, column="customer_profiles.customer_id", longest=LONGEST_ID)
        for name in ("owner", "region", "tier"):
            said = getattr(self, name)
            if said is not None:
                check_text(said, column=f"customer_profiles.{name}", longest=LONGEST_ID)
        limits = {"rank_score": LARGEST_VALUE, "expected_money": LARGEST_VALUE, "churn_probability": 1.0}
        for name, highest in limits.items():
            number = getattr(self, name)
            if number is not None or name == "rank_score":
                lowest = 0.0 if name == "churn_probability" else -highest
                check_number(number, column=f"customer_profiles.{name}", lowest=lowest, highest=highest)


@dataclass(frozen=True, slots=True)
class PublishedProfile:
    """Is a profile with the publication that says how old it is.

    Parameters
    ----------
    profile : Profile
        What is said of the customer.
    publication : Publication
        What it was published in.
    previous : PublishedProfile or None, default None
        The newest one of an earlier ``as_of``, for the trend; None where there is none.
    """

    profile: Profile
    publication: Publication
    previous: PublishedProfile | None = None


def publish_profiles(store: Store, profiles: Iterable[Profile], *, of: NewPublication) -> Publication:
    """Publishes a whole table of profiles, which becomes current when all of it is written.

    Parameters
    ----------
    store : Store
        Where it goes.
    profiles : iterable of Profile
        One a customer, in any order; it is read once and never held whole.
    of : NewPublication
        What it is a publication of.

    Returns
    -------
    Publication
        The current one from now on.

    Raises
    ------
    HostileValueError
        If a customer is there twice, or a profile's content is nothing that JSON can say.
    OvertakenRunError
        If another run begins to publish the same table meanwhile.
    StoreUnavailableError
        If the database does not answer.

    Notes
    -----
    A thousand rows are a transaction, and the last step is one of its own. One transaction for all would be simpler and
    would hold SQLite's only lock for minutes, while the service could write no answer down and so give none. A run
    that ends halfway leaves the old publication current; its rows are taken away when the next one begins.
    """
    publication_id = begin_publication(store, of)
    twice = HostileValueError("customer_profiles.customer_id", problem="is there twice", accepted="each customer once")
    for batch in _batches(profiles):
        write_rows(store, batch, table=CUSTOMER_PROFILES, publication_id=publication_id, name=of.name, twice=twice)
    return complete_publication(store, publication_id, name=of.name)


def profile_of(store: Store, customer_id: str, *, name: str = CUSTOMERS) -> PublishedProfile | None:
    """Reads what the current publication says of a customer.

    Parameters
    ----------
    store : Store
        Where profiles are kept.
    customer_id : str
        The customer.
    name : str, default "customers"
        The table.

    Returns
    -------
    PublishedProfile or None
        With the one before, for the trend; None where the current publication has no such customer, or there is none.

    Raises
    ------
    HostileValueError
        If no customer can have such an id.
    StoreUnavailableError
        If the database does not answer.
    """
    check_text(customer_id, column="customer_profiles.customer_id", longest=LONGEST_ID)
    with store.reading() as connection:
        publication = current_publication(connection, name=name)
        if publication is None:
            return None
        found = _find(connection, customer_id, among=[publication])
        if found is None:
            return None
        earlier = earlier_publications(connection, to=publication)
        return replace(found, previous=_find(connection, customer_id, among=earlier))


def profile_of_row(row: Row[Any]) -> Profile:
    """Reads a profile from a row that has the columns of its table."""
    return Profile(
        customer_id=row.customer_id,
        rank_score=row.rank_score,
        owner=row.owner,
        region=row.region,
        tier=row.tier,
        churn_probability=row.churn_probability,
        expected_money=row.expected_money,
        content=json.loads(row.content),
    )


def _find(connection: Connection, customer_id: str, *, among: Sequence[Publication]) -> PublishedProfile | None:
    """Finds a customer in the first of some publications that has it."""
    table = CUSTOMER_PROFILES.c
    places = {publication.id: publication for publication in among}
    having = select(table.publication_id).where(table.publication_id.in_(places), table.customer_id == customer_id)
    found = set(connection.execute(having).scalars())
    first = next((publication_id for publication_id in places if publication_id in found), None)
    if first is None:
        return None
    row = connection.execute(
        select(CUSTOMER_PROFILES).where(table.publication_id == first, table.customer_id == customer_id)
    ).one()
    return PublishedProfile(profile_of_row(row), places[first])


def _batches(profiles: Iterable[Profile]) -> Iterator[list[dict[str, Any]]]:
    rows = iter(profiles)
    while batch := [_row(profile) for profile in islice(rows, ROWS_A_COMMIT)]:
        yield batch


def _row(profile: Profile) -> dict[str, Any]:
    return {
        "customer_id": profile.customer_id,
        "owner": profile.owner,
        "region": profile.region,
        "tier": profile.tier,
        "churn_probability": profile.churn_probability,
        "expected_money": profile.expected_money,
        "rank_score": profile.rank_score,
        "content": check_json(profile.content, column="customer_profiles.content", longest=LONGEST_CONTENT),
    }
