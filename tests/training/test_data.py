"""What a scorer is trained on: snapshots of closed leads, their outcomes and their place in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.frames.errors import OutcomeError, UnknownNameError
from salescope.project import load_workspace
from salescope.training import keep_rows, lead_data

LEADS = """lead_id,created,closed,stage,size,why_lost
a,2024-01-05,2024-01-20,won,3,
b,2024-01-07,2024-02-03,lost,4,price
c,2024-02-01,2024-02-02,won,5,
d,2024-02-09,,open,6,
e,2024-03-01,2024-03-09,lost,7,silence
"""
SETTINGS = """
tables:
  leads:
    path: leads.csv
    columns: {{lead_id: lead_id{times}}}
leads:
  outcome: {{column: stage, won: [won], lost: [lost], open: [open]}}
  exclude: [why_lost]
  {more}
"""
TIMES = ", created_at: created, outcome_at: closed"


def workspace(folder, *, times=TIMES, more="", leads=LEADS):
    (folder / "leads.csv").write_text(leads, encoding="utf-8")
    (folder / "salescope.yaml").write_text(SETTINGS.format(times=times, more=more), encoding="utf-8")
    return load_workspace(folder, environment={})


def test_closed_leads_are_learned_from_and_open_ones_only_audited(tmp_path):
    data = lead_data(workspace(tmp_path))
    assert data.features["lead_id"].tolist() == ["a", "b", "c", "e"]
    assert data.y.tolist() == [1, 0, 1, 0]
    assert data.still_open["lead_id"].tolist() == ["d"]
    assert data.positive == 2


def test_nothing_that_came_after_is_a_feature(tmp_path):
    columns = set(lead_data(workspace(tmp_path)).features.columns)
    assert columns == {"lead_id", "created_at", "size", "days_since_created"}


def test_the_newest_outcomes_are_those_that_were_known_last(tmp_path):
    data = lead_data(workspace(tmp_path))
    assert pd.DatetimeIndex(data.order).strftime("%Y-%m-%d").tolist() == [
        "2024-01-20",
        "2024-02-03",
        "2024-02-02",
        "2024-03-09",
    ]
    assert data.period.tolist() == [2024 * 12 + month for month in (1, 2, 2, 3)]
    assert data.as_of == "2024-03-09T00:00:01"


@pytest.mark.parametrize(
    ("more", "order"),
    [("order_by: row_order", [0, 1, 2, 4]), ("order_by: size", [3, 4, 5, 7])],
    ids=["rows", "column"],
)
def test_the_settings_say_what_orders_leads(tmp_path, more, order):
    assert lead_data(workspace(tmp_path, more=more)).order.tolist() == order


def test_without_times_the_order_of_rows_is_time(tmp_path):
    data = lead_data(workspace(tmp_path, times="", more="order_by: row_order"))
    assert data.order.tolist() == [0, 1, 2, 4]
    assert data.period is None
    assert data.as_of == "row 5"


def test_periods_are_the_runs_of_a_column_over_all_rows(tmp_path):
    rows = ["lead_id,month,stage,why_lost", *(f"{n},{month},{stage}," for n, (month, stage) in enumerate(
        [("may", "won"), ("may", "lost"), ("june", "open"), ("may", "won"), ("may", "lost")]))]  # fmt: skip
    data = lead_data(workspace(tmp_path, times="", more="order_by: row_order\n  period: month", leads="\n".join(rows)))
    assert data.period.tolist() == [1, 1, 3, 3]


def test_with_a_window_an_open_lead_becomes_a_lost_one(tmp_path):
    data = lead_data(workspace(tmp_path, more="outcome_window: 10"))
    assert "d" in data.features["lead_id"].tolist()
    assert data.y[data.features["lead_id"] == "d"].tolist() == [0]
    assert not np.isnat(data.order).any()


def test_no_closed_lead_is_an_error_that_says_where_to_look(tmp_path):
    with pytest.raises(OutcomeError, match=r"No lead of 1 is won or lost. Say in salescope.yaml, leads.outcome"):
        lead_data(workspace(tmp_path, leads="lead_id,created,closed,stage,size,why_lost\na,2024-01-05,,open,3,\n"))


def test_a_misspelt_exclusion_is_an_error_and_no_leak(tmp_path):
    settings = workspace(tmp_path)
    path = tmp_path / "salescope.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[why_lost]", "[why_lots]"), encoding="utf-8")
    with pytest.raises(UnknownNameError, match=r"why_lots.*did you mean 'why_lost'"):
        lead_data(load_workspace(settings.path, environment={}))


def test_the_digest_follows_the_data_and_the_snapshot_is_kept_once(tmp_path):
    first = lead_data(workspace(tmp_path))
    again = lead_data(workspace(tmp_path))
    other = lead_data(
        workspace(tmp_path, leads=LEADS.replace("c,2024-02-01,2024-02-02,won,5", "c,2024-02-01,2024-02-02,won,9"))
    )
    assert first.digest == again.digest != other.digest
    path = keep_rows(first, model="leads", folder=tmp_path / "kept")
    before = path.stat().st_mtime_ns
    assert keep_rows(again, model="leads", folder=tmp_path / "kept").stat().st_mtime_ns == before
    assert pd.read_parquet(path)["y"].tolist() == [1, 0, 1, 0]
