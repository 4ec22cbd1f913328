"""Ranked pages: the whole ranking of one publication, each customer once, whatever comes meanwhile."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text
from tests.store.made import made_edition, made_profile, made_profiles

from salescope.store import (
    HostileValueError,
    Page,
    Profile,
    ProfileWish,
    Store,
    UnknownCursorError,
    publish_profiles,
    ranked_profiles,
    retire_publications,
)


def every_page(store: Store, *, between: Callable[[int], object] = lambda _: None, **wish: object) -> list[Page]:
    pages = [ranked_profiles(store, ProfileWish(**wish))]
    for number in count():
        if pages[-1].cursor is None:
            return pages
        between(number)
        pages.append(ranked_profiles(store, ProfileWish(**wish, cursor=pages[-1].cursor)))
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [profile.customer_id for page in pages for profile in page.profiles]


def slow_ranking(profiles: list[Profile], **asked: str | None) -> list[str]:
    wanted = [it for it in profiles if all(getattr(it, name) == said for name, said in asked.items())]
    return [it.customer_id for it in sorted(wanted, key=lambda it: (-it.rank_score, it.customer_id.encode()))]


def test_nothing_is_ranked_before_the_first_publication(store):
    assert ranked_profiles(store, ProfileWish()) == Page(None, (), None)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"region": "N"},
        {"tier": "loyal"},
        {"owner": "rep-3"},
        {"region": "E", "tier": "lost", "owner": "rep-1"},
        {"region": "nowhere"},
    ],
)
def test_pages_together_are_the_ranking_of_a_plain_sort(ranked, asked):
    profiles = list(made_profiles(60))
    for size in (2, 7, 1_000):
        pages = every_page(ranked, **asked, size=size)
        assert ids(pages) == slow_ranking(profiles, **asked)
        assert all(len(page.profiles) == size for page in pages[:-1])
        assert len(pages[-1].profiles) > 0 or len(pages) == 1


@pytest.fixture
def ranked(store: Store) -> Store:
    publish_profiles(store, made_profiles(60), of=made_edition())
    return store


def test_a_page_is_stable_while_newer_tables_arrive(ranked):
    def publish(number: int) -> None:
        newer = [made_profile(customer_id=f"C-{n:05d}", rank_score=float(n * number)) for n in range(40)]
        publish_profiles(ranked, newer, of=made_edition(number + 1))

    pages = every_page(ranked, between=publish, size=25)
    assert ids(pages) == slow_ranking(list(made_profiles(60)))
    assert [page.publication.id for page in pages if page.publication] == [1, 1, 1]
    assert ranked_profiles(ranked, ProfileWish()).publication != pages[0].publication


def test_a_cursor_of_a_retired_publication_says_to_start_again(ranked):
    page = ranked_profiles(ranked, ProfileWish(size=1))
    publish_profiles(ranked, made_profiles(3), of=made_edition(1))
    retire_publications(ranked, keep=1)
    with pytest.raises(UnknownCursorError, match=r"no longer kept\. Leave it out"):
        ranked_profiles(ranked, ProfileWish(cursor=page.cursor))


def test_a_cursor_of_another_table_is_unknown(ranked):
    publish_profiles(ranked, made_profiles(3), of=made_edition(name="prospects"))
    page = ranked_profiles(ranked, ProfileWish(size=1), name="prospects")
    with pytest.raises(UnknownCursorError):
        ranked_profiles(ranked, ProfileWish(cursor=page.cursor))


def written(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


CURSORS = [
    "",
    "nonsense!",
    "客戶",
    "A" * 4_000,
    "W" * 1_001,
    written(7),
    written([1, 2.0]),
    written([1, 2.0, "C", 4]),
    written({"a": 1, "b": 2, "c": 3}),
    written([True, 2.0, "C"]),
    written(["1", 2.0, "C"]),
    written([10**30, 2.0, "C"]),
    written([1, float("nan"), "C"]),
    written([1, 1e300, "C"]),
    written([1, 2.0, ""]),
    written([1, 2.0, "\x00"]),
    written([1, 2.0, "\ud800"]),
    written([999, 2.0, "C"]),
    "W1" * 900,
]


def test_a_cursor_by_chance_is_refused_alike(ranked):
    for cursor in CURSORS:
        with pytest.raises(UnknownCursorError, match="start again from the first page"):
            ranked_profiles(ranked, ProfileWish(cursor=cursor))


@pytest.mark.parametrize("wish", [{"size": 0}, {"size": 1_001}, {"size": True}, {"region": ""}, {"owner": "a\x00b"}])
def test_a_wish_that_cannot_be_meant_is_refused(wish):
    with pytest.raises(HostileValueError):
        ProfileWish(**wish)


NAMES = ["a", "B", "b", "á", "Z", "é", "e\u0301", "客", "\U0001f600", " a", "a ", "_", "10", "9", "\uffff"]


def test_equal_scores_are_ordered_by_code_point_in_both_databases(store):
    publish_profiles(store, [made_profile(customer_id=name) for name in NAMES], of=made_edition())
    assert ids(every_page(store, size=4)) == sorted(NAMES)


@settings(max_examples=20, deadline=None)
@given(
    scores=st.dictionaries(
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=3),
        st.sampled_from([0.0, -0.0, 1.5, 5e-324, -1e13, 1e13, 1 / 3]),
        max_size=12,
    ),
    size=st.integers(1, 4),
)
def test_any_scores_and_ids_are_paged_whole(new_store, scores, size):
    store = new_store()
    profiles = [made_profile(customer_id=name, rank_score=score) for name, score in scores.items()]
    publish_profiles(store, profiles, of=made_edition())
    found = ids(every_page(store, size=size))
    store.close()
    assert found == slow_ranking(profiles)


@pytest.mark.parametrize("asked", [{}, {"region": "N"}, {"tier": "loyal"}, {"owner": "rep-1"}])
def test_a_page_is_read_from_an_index_in_order(ranked, asked):
    statements: list[tuple[str, object]] = []

    def note(connection: Connection, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "ORDER BY customer_profiles" in statement:
            statements.append((statement, parameters))

    event.listen(ranked.engine, "before_cursor_execute", note)
    every_page(ranked, **asked, size=2)
    event.remove(ranked.engine, "before_cursor_execute", note)
    assert len({statement for statement, _ in statements}) == 3
    with ranked.reading() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if not is_sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        for statement, parameters in statements:
            explained = f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{statement}"
            plan = str(connection.exec_driver_sql(explained, parameters).all())
            assert "Sort" not in plan
            assert "TEMP B-TREE" not in plan
