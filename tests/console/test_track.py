"""The track record's page and drawings: the figures of the record, a kind answer before there are any, sane geometry."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.console.conftest import NOW, Shelf, Visitor, record_of
from tests.store.made import made_outcome, made_prediction

from salescope.console import LedgerData
from salescope.console.track_drawings import HEIGHT, WIDTH, track_drawings
from salescope.store import open_store, record_outcomes, record_predictions

VALUES = st.floats(-1e6, 1e6) | st.floats(0, 1)


def test_the_page_shows_every_cell_of_the_record(viewer: Visitor, shelf: Shelf):
    text = viewer.get("/console/track-record").text
    document = shelf.records["leads"].document()
    for cell in document["cells"]:
        for name in ("auc", "calibration_error", "total_ratio", "coverage"):
            assert f">{cell['figures'][name]:.3f}<" in text
    newest = document["versions"][-1]["figures"]
    assert f"<b>{newest['calibration_error']:.3f}</b>" in text
    assert f"noise alone gives up to {newest['calibration_p95']:.3f}" in text
    assert 'href="/console/track-record" aria-current="page"' in text
    assert "blind to a change of concept" in text


def test_before_outcomes_it_says_kindly_how_many_are_missing(viewer: Visitor):
    text = viewer.get("/console/track-record/churn").text
    assert "Nothing to judge yet" in text
    assert "Of 0 answers the truth of 0 is known; calibration needs 10 more." in text
    assert "closes on 2026-03-01" in text
    assert "<table" not in text


def test_few_outcomes_are_shown_with_what_is_missing(viewer: Visitor, shelf: Shelf):
    shelf.records["value"] = record_of("value", n_rows=4)
    text = viewer.get("/console/track-record/value").text
    assert "Little to judge yet" in text
    assert "calibration needs 6 more" in text
    assert 'title="1 outcomes, where 10 are needed"' in text


@pytest.mark.parametrize("model", ["products", "nothing", "%3Cb%3E"])
def test_what_is_not_judged_has_no_page(viewer: Visitor, model: str):
    assert viewer.get(f"/console/track-record/{model}").status_code == 404


def test_the_ledger_is_judged_up_to_now(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/service.db")
    told = {"as_of": NOW - timedelta(days=100), "at": NOW - timedelta(days=100)}
    record_predictions(store, [[made_prediction(subject_id="C-1", **told), made_prediction(subject_id="C-2", **told)]])
    record_outcomes(store, [[made_outcome(subject_id="C-1", happened_at=NOW - timedelta(days=5))]])
    document = LedgerData(store, tmp_path, lambda: NOW).track("churn")
    store.close()
    (cell,) = document["cells"]
    assert (cell["n_rows"], cell["figures"]["base_rate"], document["missing"]) == (2, 1.0, 8)


def cell(version: str, period: str, **figures: float | None) -> dict:
    return {"version": version, "period": period, "n_rows": 9, "figures": figures}


@example([(1.0, 1.0, 0.0)], 1)
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8), st.integers(1, 6))
def test_drawings_stay_inside_their_frame_in_the_order_of_their_values(drawn, versions):
    cells = [
        cell(f"{place % versions}", f"2026-{place // versions + 1:02d}", total_ratio=value, total_ratio_lo_95=min(value, a),
             total_ratio_hi_95=max(value, b))
        for place, (value, a, b) in enumerate(drawn)
    ]  # fmt: skip
    for plot in track_drawings(cells):
        points = [point for line in plot.lines for point in line.points]
        assert all(
            0 <= point.x <= WIDTH and -0.1 <= point.top <= point.y <= point.bottom <= HEIGHT + 0.1 for point in points
        )
        assert -0.1 <= plot.reference <= HEIGHT + 0.1
        assert 2 <= len(plot.ticks) <= 8
        assert [place for place, _ in plot.ticks] == sorted((place for place, _ in plot.ticks), reverse=True)


def test_what_cannot_be_told_is_not_drawn_and_old_versions_make_room():
    assert track_drawings([cell("1", "2026-01", auc=None)]) == []
    (plot,) = track_drawings([cell(f"{number}", "2026-01", auc=0.7) for number in range(6)])
    assert [line.tone for line in plot.lines] == [0, 1, 2, 3]
    assert re.fullmatch(r"[\d.]+,[\d.]+", plot.lines[0].path)


def test_noise_reaches_from_nothing_to_what_chance_gives():
    (plot,) = track_drawings([cell("1", "2026-01", calibration_error=0.1, calibration_p95=0.2)])
    (point,) = plot.lines[0].points
    assert (point.top, point.bottom, point.y) == (0.0, HEIGHT, HEIGHT / 2)
