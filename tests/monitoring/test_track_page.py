"""The track record for people: its page, its plots, and recent records beside those that were learned from."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from tests.store.made import NOW

from salescope.evaluation import ColumnDrift, estimated_performance, summarise_columns, track_record, track_table
from salescope.features import customer_features
from salescope.monitoring import (
    RecentDrift,
    calibration_track_plot,
    drift_plot,
    figure_text,
    png_of,
    recent_drift,
    track_page,
    track_plot,
    track_plots,
)
from salescope.monitoring.recent_records import CUSTOMER_TABLES
from salescope.project import load_workspace
from salescope.sources import read_table
from salescope.store.judged_rows import LedgerCounts
from salescope.store.model_record import ModelRecord, RecordWish

NOTHING = RecentDrift(compared="Nothing <to> compare.")
MOVED = ColumnDrift(column="source", kind="category", psi=0.3, floor=0.01, p95=0.04, drifted=True, moved="<b>web",
                    share_before=0.1, share_now=0.5)  # fmt: skip


def made_record(n_rows: int = 300) -> ModelRecord:
    rng = np.random.default_rng(2)
    p, day = rng.beta(2, 4, size=n_rows), np.arange(n_rows) * 90 // max(n_rows, 1)
    as_of = pd.Timestamp("2026-03-01") + pd.to_timedelta(day, unit="D")
    value = rng.gamma(2.0, 50.0, size=n_rows)
    rows = pd.DataFrame(
        {"model": "leads", "version": np.where(day < 45, "7", "8"), "as_of": as_of, "known_at": as_of + pd.Timedelta(3, "D"),
         "probability": p, "y": (rng.random(n_rows) < p).astype(float), "value": value, "value_low": value - 10,
         "value_high": value + 10, "actual": rng.normal(value, 8.0)}
    )  # fmt: skip
    return ModelRecord(
        wish=RecordWish(model="leads", since=NOW, until=NOW + timedelta(days=100)),
        counts=LedgerCounts(
            answers=n_rows, outcomes=n_rows, last_outcome_at=NOW if n_rows else None, next_judged_at=None
        ),
        judged=n_rows,
        cells=track_record(rows) if n_rows else (),
        versions=track_record(rows, period="all") if n_rows else (),
        bins=(),
        estimated_version="8" if n_rows else None,
        estimated=estimated_performance(p) if n_rows else None,
    )


@pytest.fixture(scope="module")
def record() -> ModelRecord:
    return made_record()


def test_the_page_shows_the_figures_of_every_cell_and_what_the_estimate_cannot_see(record):
    page = track_page(record, drift=RecentDrift(compared="600 open leads", columns=(MOVED,)))
    for cell in (*record.versions, *record.cells):
        for name in ("calibration_error", "coverage"):
            assert figure_text(cell.figures[name]) in page
    assert "blind to a change of concept" in page
    assert "Drift explains, it does not judge" in page
    assert "&lt;b&gt;web" in page
    assert page.count("data:image/png;base64,") == len(
        track_plots(record, drift=RecentDrift(compared="", columns=(MOVED,)))
    )


def test_a_page_of_nothing_says_so():
    page = track_page(made_record(0), drift=NOTHING)
    assert "Nothing to judge yet: no answer about a named subject is in the ledger." in page
    assert "Nothing &lt;to&gt; compare." in page
    assert "<img" not in page


def test_the_plots_draw_the_cells(record):
    table = track_table(record.cells)
    for name, plot in (("calibration_error", calibration_track_plot(table)), ("auc", track_plot(table, figure="auc"))):
        drawn = np.concatenate([line.get_ydata() for line in plot.axes[0].lines])
        assert drawn == pytest.approx(table[name].dropna().to_numpy())
        assert png_of(plot)[1:4] == b"PNG"


def test_the_reference_is_a_line_and_the_interval_a_bar(record):
    table = track_table(record.cells)
    axes = track_plot(table, figure="coverage", reference=0.8).axes[0]
    assert list(axes.lines[0].get_ydata()) == [0.8, 0.8]
    ends = np.concatenate([bars.get_segments() for bars in axes.collections])[:, :, 1]
    assert ends == pytest.approx(table[["coverage_lo_95", "coverage_hi_95"]].to_numpy())


def test_a_plot_of_nothing_says_so(record):
    axes = track_plot(track_table(record.cells).iloc[:0], figure="auc").axes[0]
    assert [text.get_text() for text in axes.texts] == ["nothing to show yet"]


def test_drift_is_drawn_beside_chance():
    still = ColumnDrift(column="visits", kind="number", psi=0.01, floor=0.01, p95=0.04)
    absent = ColumnDrift(column="gone", kind="number", reason="no recent record has the column")
    figure = drift_plot([MOVED, still, absent])
    axes = figure.axes[0]
    widths = [bar.get_width() for bar in axes.patches if np.isfinite(bar.get_width())]
    assert sorted(widths) == [0.01, 0.04, 0.04, 0.3]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["visits", "source"]
    assert png_of(figure)[1:4] == b"PNG"


@pytest.fixture(scope="module")
def workspace(made_workspace):
    return load_workspace(made_workspace, environment={})


def test_an_older_card_has_nothing_to_compare_with(workspace):
    found = recent_drift(workspace, model="leads", card={}, as_of=NOW.replace(tzinfo=None))
    assert (found.columns, "train it again" in found.compared) == ((), True)


def test_leads_created_lately_are_compared_by_what_the_table_says_of_them(workspace):
    leads = read_table(workspace, "leads").frame
    newest = leads["created_at"].max()
    recent = leads[leads["created_at"] >= newest - pd.Timedelta(90, "D")]
    columns = summarise_columns(recent[["source", "region"]].assign(days_since_created=1.0, events_total=2))
    found = recent_drift(
        workspace, model="leads", card={"columns": columns}, as_of=(newest + timedelta(9)).to_pydatetime()
    )
    assert found.compared == f"{len(recent):,} recent leads beside {len(recent):,} that were learned from."
    assert {column.column: column.psi for column in found.columns} == pytest.approx({"source": 0.0, "region": 0.0})
    assert (
        recent_drift(workspace, model="payments", card={"columns": columns}, as_of=newest.to_pydatetime()).columns == ()
    )


def test_customers_are_compared_at_the_midnight_after_the_last_order(workspace):
    tables = {name: read_table(workspace, name).frame for name in CUSTOMER_TABLES}
    end = tables["orders"]["ordered_at"].max().normalize() + pd.Timedelta(1, "D")
    columns = summarise_columns(
        customer_features(tables, as_of=end.to_pydatetime()).drop(columns=["customer_id", "as_of"])
    )
    found = recent_drift(
        workspace, model="churn", card={"columns": columns}, as_of=(end + timedelta(40)).to_pydatetime()
    )
    assert max(column.psi for column in found.columns) == pytest.approx(0.0)
    assert {"days_since_last_order", "region"} <= {column.column for column in found.columns}
    assert "days_since_first_order" not in {column.column for column in found.columns}
