"""Published profiles: whole or not at all, read by id, with the one before."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from tests.forking import forking
from tests.store.made import NOW, made_edition, made_profile, made_profiles
from tests.store.opening import published_until_killed

from salescope.frames.errors import OutOfRangeError
from salescope.store import (
    HostileValueError,
    NewPublication,
    OvertakenRunError,
    Profile,
    Store,
    profile_of,
    publications,
    publish_profiles,
    retire_publications,
)
from salescope.store import profiles as module
from salescope.store.tables import CUSTOMER_PROFILES, PUBLICATIONS


def rows_kept(store: Store) -> dict[int, int]:
    with store.reading() as connection:
        table = CUSTOMER_PROFILES.c
        counted = select(table.publication_id, func.count()).group_by(table.publication_id)
        return dict(connection.execute(counted).all())


def states(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(select(PUBLICATIONS.c.state).order_by(PUBLICATIONS.c.id)).scalars())


def test_nothing_is_there_before_the_first_publication(store):
    assert publications(store) == []
    assert profile_of(store, "C-1") is None


def test_a_profile_comes_back_as_it_was_published(store):
    profile = Profile(
        customer_id="客戶 1 ",
        rank_score=1 / 3,
        owner="Ada",
        region="e\u0301",
        tier="loyal",
        churn_probability=5e-324,
        expected_money=-0.5,
        content={"b": [1, 2.5, None, True, "客戶\u0000\u2028"], "a": {"": 5e-324}},
    )
    published = publish_profiles(store, [profile], of=made_edition())
    found = profile_of(store, "客戶 1 ")
    assert found is not None
    assert (found.profile, found.publication, found.previous) == (profile, published, None)
    assert published.row_count == 1
    assert published.versions == {"churn": "3", "value": "1"}
    assert (published.as_of, published.at, published.currency) == (NOW, NOW, "EUR")
    with store.reading() as connection:
        content = connection.execute(select(CUSTOMER_PROFILES.c.content)).scalar_one()
    assert content == '{"a":{"":5e-324},"b":[1,2.5,null,true,"客戶\\u0000\u2028"]}'


def test_only_what_is_known_need_be_told(store):
    publish_profiles(store, [made_profile()], of=made_edition())
    found = profile_of(store, "C-1")
    assert found is not None
    assert found.profile == made_profile()
    assert (found.profile.owner, found.profile.churn_probability) == (None, None)


def test_the_newest_publication_answers_with_the_one_before(store):
    for day in range(3):
        publish_profiles(store, [made_profile(rank_score=float(day))], of=made_edition(day))
    found = profile_of(store, "C-1")
    assert found is not None
    assert found.previous is not None
    assert (found.profile.rank_score, found.publication.as_of) == (2.0, NOW + timedelta(days=2))
    assert (found.previous.profile.rank_score, found.previous.publication.as_of) == (1.0, NOW + timedelta(days=1))
    assert [edition.as_of for edition in publications(store)] == [NOW + timedelta(days=day) for day in (2, 1, 0)]


def test_the_one_before_is_of_an_earlier_day_and_has_the_customer(store):
    publish_profiles(store, [made_profile(rank_score=1.0)], of=made_edition(0))
    publish_profiles(store, [made_profile(customer_id="another")], of=made_edition(1))
    publish_profiles(store, [made_profile(rank_score=2.0)], of=made_edition(2))
    publish_profiles(store, [made_profile(rank_score=0.0)], of=made_edition(-9))
    publish_profiles(store, [made_profile(rank_score=3.0)], of=made_edition(2))
    found = profile_of(store, "C-1")
    assert found is not None
    assert found.previous is not None
    assert (found.profile.rank_score, found.previous.profile.rank_score) == (3.0, 1.0)


def test_who_is_no_longer_published_is_not_found(store):
    publish_profiles(store, made_profiles(2), of=made_edition(0))
    publish_profiles(store, made_profiles(1), of=made_edition(1))
    assert profile_of(store, "C-00000") is not None
    assert profile_of(store, "C-00001") is None


def test_tables_of_other_names_are_apart(store):
    publish_profiles(store, made_profiles(1), of=made_edition(name="customers"))
    publish_profiles(store, made_profiles(2), of=made_edition(name="prospects"))
    assert profile_of(store, "C-00001") is None
    assert profile_of(store, "C-00001", name="prospects") is not None
    assert [edition.row_count for edition in publications(store)] == [1]
    assert [edition.row_count for edition in publications(store, name="prospects")] == [2]


def test_no_reader_sees_a_publication_before_it_is_whole(store, monkeypatch):
    monkeypatch.setattr(module, "ROWS_A_COMMIT", 2)
    publish_profiles(store, made_profiles(3), of=made_edition(0))
    seen = []

    def watched() -> Iterator[Profile]:
        for profile in made_profiles(7, first=2):
            found = [profile_of(store, f"C-{number:05d}") for number in (0, 2, 4)]
            seen.append([None if it is None else it.publication.id for it in found])
            yield profile

    newer = publish_profiles(store, watched(), of=made_edition(1))
    assert seen == [[1, 1, None]] * 7
    assert publications(store)[0] == newer
    assert newer.row_count == 7
    assert profile_of(store, "C-00000") is None


def test_a_publication_of_nobody_is_one(store):
    publish_profiles(store, made_profiles(1), of=made_edition(0))
    assert publish_profiles(store, [], of=made_edition(1)).row_count == 0
    assert profile_of(store, "C-00000") is None


@pytest.mark.parametrize("rows_a_commit", [1, 10])
def test_a_customer_who_is_there_twice_ends_the_run(store, monkeypatch, rows_a_commit):
    monkeypatch.setattr(module, "ROWS_A_COMMIT", rows_a_commit)
    publish_profiles(store, made_profiles(1), of=made_edition(0))
    with pytest.raises(HostileValueError, match=r"customer_id is there twice"):
        publish_profiles(store, [*made_profiles(3), made_profile(customer_id="C-00002")], of=made_edition(1))
    assert [edition.row_count for edition in publications(store)] == [1]


def failing() -> Iterator[Profile]:
    yield from made_profiles(5)
    raise ZeroDivisionError


def test_what_a_failed_run_has_left_goes_with_the_next_one(store, monkeypatch):
    monkeypatch.setattr(module, "ROWS_A_COMMIT", 2)
    publish_profiles(store, made_profiles(1), of=made_edition(0))
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            publish_profiles(store, failing(), of=made_edition(1))
        assert [edition.id for edition in publications(store)] == [1]
    assert states(store) == ["complete", "begun"]
    publish_profiles(store, made_profiles(4), of=made_edition(2))
    assert states(store) == ["complete", "complete"]
    assert sorted(rows_kept(store).values()) == [1, 4]


def test_a_failed_run_of_another_table_is_left_alone(store, monkeypatch):
    monkeypatch.setattr(module, "ROWS_A_COMMIT", 2)
    with pytest.raises(ZeroDivisionError):
        publish_profiles(store, failing(), of=made_edition(name="prospects"))
    publish_profiles(store, made_profiles(1), of=made_edition())
    assert states(store) == ["begun", "complete"]


def test_the_newer_of_two_runs_wins_and_the_older_one_is_told(store, monkeypatch):
    monkeypatch.setattr(module, "ROWS_A_COMMIT", 2)

    def overtaken() -> Iterator[Profile]:
        yield from made_profiles(3)
        publish_profiles(store, made_profiles(5), of=made_edition(1))
        yield from made_profiles(3, first=3)

    with pytest.raises(OvertakenRunError, match="'customers'"):
        publish_profiles(store, overtaken(), of=made_edition(0))
    assert [edition.row_count for edition in publications(store)] == [5]
    assert rows_kept(store) == {publications(store)[0].id: 5}


def test_a_killed_run_leaves_the_old_publication_current(store, store_url):
    publish_profiles(store, made_profiles(3), of=made_edition(0))
    run = forking().Process(target=published_until_killed, args=(store_url,))
    run.start()
    run.join(60)
    assert run.exitcode == -signal.SIGKILL
    assert [edition.id for edition in publications(store)] == [1]
    assert profile_of(store, "C-00002") is not None
    assert rows_kept(store) == {1: 3, 2: 4}
    publish_profiles(store, made_profiles(2), of=made_edition(2))
    assert sorted(rows_kept(store).values()) == [2, 3]


def test_older_publications_are_kept_by_number_and_age(store):
    for day in range(6):
        publish_profiles(store, made_profiles(day + 1), of=made_edition(day))
    retired = retire_publications(store, keep=2, since=NOW + timedelta(days=3))
    assert [edition.as_of for edition in retired] == [NOW + timedelta(days=day) for day in (2, 1, 0)]
    assert [edition.row_count for edition in publications(store)] == [6, 5, 4]
    assert sorted(rows_kept(store).values()) == [4, 5, 6]
    retire_publications(store, keep=1)
    assert [edition.row_count for edition in publications(store)] == [6]
    assert retire_publications(store, keep=1) == []
    assert states(store) == ["complete"]


def test_many_rows_go_in_short_transactions(store, monkeypatch):
    monkeypatch.setattr("salescope.store.publication.ROWS_A_REMOVAL", 3)
    publish_profiles(store, made_profiles(10), of=made_edition(0))
    publish_profiles(store, made_profiles(1), of=made_edition(1))
    retire_publications(store, keep=1)
    assert sorted(rows_kept(store).values()) == [1]


def test_the_current_publication_cannot_be_retired(store):
    publish_profiles(store, made_profiles(1), of=made_edition())
    with pytest.raises(OutOfRangeError, match="at least 1"):
        retire_publications(store, keep=0)
    assert len(publications(store)) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("customer_id", ""),
        ("customer_id", 7),
        ("owner", ""),
        ("region", "x" * 201),
        ("tier", "a\x00b"),
        ("rank_score", None),
        ("rank_score", float("nan")),
        ("churn_probability", 1.01),
        ("churn_probability", -0.01),
        ("expected_money", float("-inf")),
        ("expected_money", 10**400),
    ],
)
def test_a_hostile_value_never_reaches_a_database(column, value):
    with pytest.raises(HostileValueError, match=rf"customer_profiles\.{column}"):
        made_profile(**{column: value})


NESTED: list[object] = []
NESTED.append(NESTED)


CONTENTS = [
    "text",
    None,
    {"churn": float("nan")},
    {"at": datetime(2026, 1, 1, tzinfo=UTC)},
    {"text": "\ud800"},
    {"text": "x" * 100_000},
    {"nested": NESTED},
    {1: "a", "b": 2},
]


def test_content_that_json_cannot_say_ends_the_run(store):
    for content in CONTENTS:
        with pytest.raises(HostileValueError, match=r"customer_profiles\.content"):
            publish_profiles(store, [made_profile(content=content)], of=made_edition())
    assert publications(store) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"as_of": NOW.replace(tzinfo=None)},
        {"at": "2026-03-01"},
        {"versions": [("churn", "3")]},
        {"versions": {"churn": 3}},
        {"versions": {"churn": "x" * 121}},
        {"currency": "EURO"},
    ],
)
def test_a_hostile_heading_never_reaches_a_database(changes):
    with pytest.raises(HostileValueError, match=r"publications\."):
        made_edition(**changes)


def test_an_id_that_no_customer_can_have_is_refused_alike(store):
    for customer_id in ("", "a\x00b", "\ud800"):
        with pytest.raises(HostileValueError):
            profile_of(store, customer_id)


def test_a_profile_is_checked_by_the_database_as_well(store):
    publish_profiles(store, [made_profile()], of=made_edition())
    with pytest.raises(Exception, match=r"IntegrityError|CheckViolation"), store.writing() as connection:
        connection.execute(text("UPDATE customer_profiles SET churn_probability = 2"))


def test_a_heading_is_told_whole():
    assert isinstance(made_edition(), NewPublication)
    assert made_edition(as_of=datetime.fromisoformat("2026-03-01T20:00:00+08:00")).as_of == NOW
