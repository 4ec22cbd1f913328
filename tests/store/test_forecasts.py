"""Published forecasts: whole or not at all, read by node, as of then, and page by page."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from tests.forking import forking
from tests.store.made import (
    ABOUT,
    NOW,
    forecast_edition,
    made_edition,
    made_profiles,
    made_row,
    made_rows,
    made_tree,
)
from tests.store.opening import forecasts_published_until_killed

from salescope.store import (
    ForecastRow,
    ForecastWish,
    HostileValueError,
    OvertakenRunError,
    Store,
    UnknownCursorError,
    forecast_nodes,
    forecast_page,
    forecasts_of,
    nodes_near,
    publications,
    publish_forecasts,
    publish_profiles,
    retire_publications,
)
from salescope.store import forecasts as module
from salescope.store.tables import FORECAST_ROWS

SMALLEST = 5e-324


def publish(store: Store, day: int = 0, *, scale: float = 1.0) -> None:
    publish_forecasts(store, made_rows(scale=scale), of=forecast_edition(day), about=ABOUT)


def rows_kept(store: Store) -> dict[int, int]:
    with store.reading() as connection:
        table = FORECAST_ROWS.c
        counted = select(table.publication_id, func.count()).group_by(table.publication_id)
        return dict(connection.execute(counted).all())


def test_nothing_is_there_before_the_first_publication(store):
    assert forecasts_of(store, node="all") is None
    assert forecast_page(store, ForecastWish()).publication is None
    assert forecast_nodes(store).nodes == ()


def test_a_forecast_comes_back_as_it_was_published(store):
    row = made_row(
        node="區=北 \u2028/代表=e\u0301'",
        level="代表",
        mean=1 / 3,
        lo_80=-0.5,
        hi_80=SMALLEST,
        contributions={"": -0.1},
        responses={"春 sale": (1 / 3, -SMALLEST)},
    )
    about = {**ABOUT, "levels": ["all", "代表"], "hierarchy": {"代表": ["區", "代表"]}}
    published = publish_forecasts(store, [row], of=forecast_edition(), about=about)
    found = forecasts_of(store, node=row.node)
    assert found is not None
    assert (found.rows, found.publication) == ((row,), published)
    assert (published.about, published.row_count, published.name) == (about, 1, "forecasts")
    assert found.rows[0].baseline is None


def test_so_many_periods_are_read_as_asked_for(store):
    publish(store)
    for horizon, steps in ((1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (2**31 - 1, [1, 2, 3]), (None, [1, 2, 3])):
        found = forecasts_of(store, node="region=North", horizon=horizon)
        assert found is not None
        assert [row.step for row in found.rows] == steps
    assert forecasts_of(store, node="region=north") is None


def test_what_was_said_then_is_read_as_of_then(store):
    for day, scale in ((0, 1.0), (2, 3.0), (1, 2.0)):
        publish(store, day, scale=scale)
    for hours, scale in ((-1, None), (0, 1.0), (23, 1.0), (24, 2.0), (48, 3.0), (9_999, 3.0)):
        found = forecasts_of(store, node="all", horizon=1, as_of=NOW + timedelta(hours=hours))
        assert (None if found is None else found.rows[0].mean) == (None if scale is None else 110.0 * scale)
    # The one published last is current, even where it looks back from an earlier day.
    now = forecasts_of(store, node="all", horizon=1)
    assert now is not None
    assert now.rows[0].mean == 220.0


def test_pages_are_one_publication_whatever_is_published_meanwhile(store):
    publish(store)
    seen, cursor = [], None
    for day in range(1, 9):
        page = forecast_page(store, ForecastWish(size=2, horizon=2, cursor=cursor))
        seen += [rows[0].node for rows in page.nodes]
        assert {tuple(row.step for row in rows) for rows in page.nodes} == {(1, 2)}
        cursor = page.cursor
        publish(store, day)
        if cursor is None:
            break
    assert seen == sorted(made_tree())
    assert day == 4
    retire_publications(store, keep=1, name="forecasts")
    stale = forecast_page(store, ForecastWish(size=2)).cursor
    publish(store, 9)
    retire_publications(store, keep=1, name="forecasts")
    with pytest.raises(UnknownCursorError, match="no longer kept"):
        forecast_page(store, ForecastWish(cursor=stale))


def test_the_nodes_of_a_level_are_read_together(store):
    publish(store)
    page = forecast_page(store, ForecastWish(level="rep"))
    reps = sorted(node for node, (level, _) in made_tree().items() if level == "rep")
    assert [rows[0].node for rows in page.nodes] == reps
    first = forecast_nodes(store, level="rep", limit=3)
    second = forecast_nodes(store, level="rep", limit=3, after=first.cursor)
    assert [node.name for node in (*first.nodes, *second.nodes)] == reps
    assert (second.cursor, {node.level for node in second.nodes}) == (None, {"rep"})
    assert forecast_page(store, ForecastWish(level="rep", node="region=North")).nodes == ()
    assert [rows[0].node for rows in forecast_page(store, ForecastWish(node="all")).nodes] == ["all"]


def test_a_page_of_long_forecasts_has_fewer_nodes(store, monkeypatch):
    monkeypatch.setattr("salescope.store.forecast_pages.MOST_ROWS_A_PAGE", 6)
    publish(store)
    assert len(forecast_page(store, ForecastWish()).nodes) == 2
    assert len(forecast_page(store, ForecastWish(horizon=1)).nodes) == 6


def test_nodes_near_a_name_are_those_before_and_after_it(store, monkeypatch):
    publish(store)
    (publication,) = publications(store, name="forecasts")
    assert list(nodes_near(store, "region=Nort", publication=publication)) == sorted(made_tree())
    monkeypatch.setattr("salescope.store.forecast_pages.NEAR", 1)
    assert nodes_near(store, "region=Nort", publication=publication) == ("all", "region=North")


def test_no_reader_sees_a_publication_before_it_is_whole(store, monkeypatch):
    monkeypatch.setattr(module, "ROWS_A_COMMIT", 2)
    publish(store)
    seen = set()

    def watched() -> Iterator[ForecastRow]:
        for row in made_rows(scale=2.0):
            found = forecasts_of(store, node="all", horizon=1)
            seen.add(None if found is None else found.rows[0].mean)
            yield row

    newer = publish_forecasts(store, watched(), of=forecast_edition(1), about=ABOUT)
    assert (seen, newer.row_count) == ({110.0}, 21)


def test_a_killed_run_leaves_the_old_publication_current(store, store_url):
    publish(store)
    run = forking().Process(target=forecasts_published_until_killed, args=(store_url,))
    run.start()
    run.join(60)
    assert run.exitcode == -signal.SIGKILL
    assert [edition.id for edition in publications(store, name="forecasts")] == [1]
    assert rows_kept(store) == {1: 21, 2: 4}
    publish(store, 2)
    assert sorted(rows_kept(store).values()) == [21, 21]


def test_older_publications_go_in_short_transactions_and_customers_stay(store, monkeypatch):
    monkeypatch.setattr("salescope.store.publication.ROWS_A_REMOVAL", 4)
    publish_profiles(store, made_profiles(9), of=made_edition())
    for day in range(3):
        publish(store, day)
    assert len(retire_publications(store, keep=1, name="forecasts")) == 2
    assert list(rows_kept(store).values()) == [21]
    assert [edition.row_count for edition in publications(store)] == [9]
    publish_profiles(store, made_profiles(1), of=made_edition(1))
    retire_publications(store, keep=1)
    assert [edition.row_count for edition in publications(store, name="forecasts")] == [21]


def test_the_newer_of_two_runs_wins_and_the_older_one_is_told(store, monkeypatch):
    monkeypatch.setattr(module, "ROWS_A_COMMIT", 2)

    def overtaken() -> Iterator[ForecastRow]:
        rows = list(made_rows())
        yield from rows[:3]
        publish(store, 1)
        yield from rows[3:]

    with pytest.raises(OvertakenRunError, match="'forecasts'"):
        publish_forecasts(store, overtaken(), of=forecast_edition(), about=ABOUT)
    assert list(rows_kept(store).values()) == [21]


ROWS = {
    "twice for a node": [made_row(), made_row()],
    "not one of the tree's": [made_row(level="regoin")],
    "beyond the horizon": [made_row(step=4)],
    "of type list": [made_row(contributions=[1])],
    "contributions is of type str": [made_row(contributions={"trend": "1"})],
    "responses is no pair": [made_row(responses={"promotion": (1.0,)})],
    "responses is of type str": [made_row(responses={"promotion": (1.0, "1")})],
}


def test_a_row_that_cannot_be_meant_ends_the_run(store):
    for says, rows in ROWS.items():
        with pytest.raises(HostileValueError, match=says):
            publish_forecasts(store, rows, of=forecast_edition(), about=ABOUT)
    assert publications(store, name="forecasts") == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("node", "x" * 401), ("date", NOW), ("step", 1_001), ("lo_80", 12.5), ("hi_95", 1.0), ("baseline", float("nan"))],
)
def test_a_hostile_value_never_reaches_a_database(column, value):
    with pytest.raises(HostileValueError, match=r"forecasts\."):
        made_row(**{column: value})


LACKING = [
    {"frequency": "year"},
    {"horizon": 0},
    {"unit": ""},
    {"levels": []},
    {"levels": "all"},
    {"coverage": None},
    {"coverage": {"all": 0.8}},
    {"coverage": {"all": {"80": 80}}},
    {"more": float("inf")},
]


def test_a_publication_that_says_too_little_is_never_begun(store):
    for changes in LACKING:
        with pytest.raises(HostileValueError, match=r"publications\.about"):
            publish_forecasts(store, made_rows(), of=forecast_edition(), about={**ABOUT, **changes})
    publish(store)
    assert list(rows_kept(store)) == [1]


def test_a_forecast_is_checked_by_the_database_as_well(store):
    publish(store)
    for change in ("step = 0", "lo_80 = hi_80 + 1", "mean = NULL"):
        with pytest.raises(Exception, match=r"IntegrityError|CheckViolation|NotNull"), store.writing() as connection:
            connection.execute(text(f"UPDATE forecasts SET {change} WHERE step = 1"))
