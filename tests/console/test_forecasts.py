"""The page of forecasts: every number of the table, coverage beside each interval, and a drawing inside its frame."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.console.conftest import NOW, PUBLICATION, Shelf, Visitor
from tests.store.made import ABOUT, forecast_edition, made_row, made_rows

from salescope.console import LedgerData
from salescope.console.forecast_drawing import HEIGHT, WIDTH, forecast_drawing
from salescope.console.rendering import amount
from salescope.store import ForecastWish, open_store, publish_forecasts
from salescope.store.values import LARGEST_VALUE

AMOUNTS = st.floats(-1e9, 1e9) | st.floats(0, 100)


def test_the_total_comes_first_with_every_number_of_the_table(viewer: Visitor, shelf: Shelf):
    text = viewer.get("/console/forecasts").text
    assert "<h1>Total</h1>" in text
    for row in (row for row in shelf.forecast_rows if row.node == "all"):
        cells = [row.mean, row.baseline, *row.contributions.values()]
        assert all(f">{amount(cell)}<" in text or f"<b>{amount(cell)}</b>" in text for cell in cells)
        assert f">{amount(row.lo_80)} – {amount(row.hi_80)}<" in text
        assert f">{amount(row.lo_95)} – {amount(row.hi_95)}<" in text
        assert f">{row.date:%Y-%m}<" in text
    # Beside each interval, in the table and in the legend.
    assert text.count("80 %, held 75 %") == 2
    assert text.count("95 %, held 100 %") == 2
    assert "TWD, million" in text
    assert "version 9" in text.lower()


def test_a_level_lists_its_nodes_and_leads_to_each(viewer: Visitor):
    text = viewer.get("/console/forecasts?level=rep").text
    assert "<h1>North / 1</h1>" in text
    assert "95 %, not measured" in text
    assert 'href="/console/forecasts?level=rep&amp;node=region%3DSouth%2Frep%3D4%2F5"' in text
    other = viewer.get("/console/forecasts?level=rep&node=region%3DSouth%2Frep%3D4%2F5").text
    assert "<h1>South / 4 / 5</h1>" in other
    assert other.count('aria-current="true"') == 3  # language, level, node


def test_without_a_forecast_it_says_how_to_make_one(viewer: Visitor, shelf: Shelf):
    shelf.publication = None
    text = viewer.get("/console/forecasts").text
    assert "No forecast is published yet." in text
    assert viewer.get("/console/forecasts?node=all").status_code == 200


def test_what_is_not_told_is_not_shown(viewer: Visitor, shelf: Shelf):
    shelf.forecast_rows = [replace(row, baseline=None, contributions={}) for row in shelf.forecast_rows]
    shelf.publication = replace(PUBLICATION, about={**ABOUT, "unit": "quantity", "coverage": {}})
    text = viewer.get("/console/forecasts").text
    assert "Season" not in text
    assert 'class="base"' not in text
    assert text.count("80 %, not measured") == 2
    assert "pieces" in text


@pytest.mark.parametrize(
    "query", ["node=region%3DWest", "level=shop", "node=", "node=" + "x" * 500, "node=%00", "after=nonsense"]
)
def test_what_is_not_there_or_cannot_be_meant_is_missing(visitor: Visitor, query: str, tmp_path, monkeypatch):
    store = open_store(f"sqlite:///{tmp_path}/service.db")
    publish_forecasts(store, made_rows(), of=forecast_edition(), about=ABOUT)
    data = LedgerData(store, tmp_path, lambda: NOW)
    monkeypatch.setattr(Shelf, "forecast", lambda _, node: data.forecast(node))
    monkeypatch.setattr(Shelf, "forecasts", lambda _, wish: data.forecasts(wish))
    visitor.post("/console/sign-in", data={"key": "ss_0123456789_" + "a" * 32})
    assert visitor.get("/console/forecasts?level=region").status_code == 200
    answer = visitor.get(f"/console/forecasts?{query}")
    store.close()
    assert answer.status_code == 404
    assert "There is no such lead, version or node." in answer.text


def test_pages_of_a_level_follow_each_other(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/service.db")
    publish_forecasts(store, made_rows(), of=forecast_edition(), about=ABOUT)
    data = LedgerData(store, tmp_path, lambda: NOW + timedelta(days=1))
    first = data.forecasts(ForecastWish(level="rep", horizon=1, size=3))
    second = data.forecasts(ForecastWish(level="rep", horizon=1, size=3, cursor=first.cursor))
    store.close()
    assert [len(first.nodes), len(second.nodes), second.cursor] == [3, 1, None]


@example([(0.0, sys.float_info.min)], "en")
@example([(0.0, 0.0)], "zh")
@example([(-LARGEST_VALUE / 2, LARGEST_VALUE / 4)], "zh")
@given(st.lists(st.tuples(AMOUNTS, st.floats(0, 1e6)), min_size=1, max_size=30), st.sampled_from(["en", "zh"]))
def test_the_drawing_stays_inside_its_frame(told, language):
    rows = [
        made_row(
            step=step, mean=mean, lo_80=mean - wide, hi_80=mean + wide, lo_95=mean - 2 * wide, hi_95=mean + 2 * wide
        )
        for step, (mean, wide) in enumerate(told, start=1)
    ]
    drawing = forecast_drawing(rows, frequency="month", unit="TWD", language=language)
    for _, outline in drawing.bands:
        places = [tuple(map(float, place.split(","))) for place in outline.split()]
        assert all(0 <= x <= WIDTH and -0.1 <= y <= HEIGHT + 0.1 for x, y in places)
        assert len(places) == max(2 * len(rows), 4)
    assert all(0 <= point.x <= WIDTH and -0.1 <= point.y <= HEIGHT + 0.1 for point in drawing.points)
    assert 0 <= drawing.zero <= HEIGHT
    assert 2 <= len(drawing.ticks) <= 8
    assert len(drawing.labels) <= 4
    assert all(re.fullmatch(r"−?[\d,.]+(e[+−]\d+)?", text) for _, text in drawing.ticks)
