"""Contracts that ended, with the day or without it, become looks that a churn scorer learns from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.frames.errors import OutcomeError
from salescope.project import load_workspace
from salescope.training import ByOutcome, churn_data
from salescope.training.churn import churn_task

DAY = pd.Timedelta(1, "D")
FEW_TREES = {"num_iterations": 5}


def workspace_of(folder, customers, **churn):
    settings = ", ".join(f"{name}: {value}" for name, value in churn.items())
    text = f"tables:\n  customers: {{path: customers.csv}}\nchurn: {{{settings}}}\n"
    (folder / "salescope.yaml").write_text(text, encoding="utf-8")
    customers.to_csv(folder / "customers.csv", index=False)
    return load_workspace(folder, environment={})


def made_contracts(n=150, *, days=400):
    """Is customers of two plans, of which the monthly one is ended twice as fast; whole days."""
    rng = np.random.default_rng(0)
    start = pd.Timestamp("2023-01-01")
    since = start + rng.integers(0, 200, n) * DAY
    plan = np.where(np.arange(n) % 2 == 0, "monthly", "yearly")
    stays = np.ceil(rng.exponential(np.where(plan == "monthly", 150.0, 300.0))).astype(np.int64)
    ends = pd.Series(since + stays * DAY)
    table = pd.DataFrame({"customer_id": [f"c{row:03d}" for row in range(n)], "since": since, "plan": plan})
    return table.assign(churned_at=ends.where(ends < start + days * DAY))


def test_the_curve_of_contracts_is_learned_from_the_days_on_which_they_ended(tmp_path):
    workspace = workspace_of(tmp_path, made_contracts(), outcome_window=60, moments=4)
    data = churn_data(workspace)
    assert data.outcome_window == 60
    task = churn_task(data, workspace)
    scorer = task.make({**task.recipe, "trees": FEW_TREES}).fit(data.features, data.y, order=data.order)
    # Thirds of the window: of silences the first end would be the whole window, before which nobody has left.
    assert scorer.curve_.ends[:3] == (20.0, 40.0, 60.0)
    newest = data.features[data.seen_at == data.seen_at.max()]
    days = (newest["churned_at"] - newest["as_of"]) / DAY
    told = scorer.churn_curve(newest, days=[20, 40, 60]).mean()
    actual = [float((days < end).mean()) for end in (20, 40, 60)]
    np.testing.assert_allclose(told, actual, atol=0.12)
    assert told.is_monotonic_increasing
    assert "churned_at" not in {column["name"] for column in scorer.input_schema()["columns"]}


def test_a_flag_without_a_day_makes_one_look_of_each_customer(tmp_path):
    customers = made_contracts(90).drop(columns="churned_at")
    customers["churned"] = ["yes", "no", None] * 30
    workspace = workspace_of(tmp_path, customers, exclude="[plan]")
    data = churn_data(workspace)
    assert data.features["customer_id"].tolist() == customers.loc[customers["churned"].notna(), "customer_id"].tolist()
    assert set(data.features.columns) == {"customer_id", "since"}
    assert data.y.tolist() == [1, 0] * 30
    assert data.outcome_window is None
    task = churn_task(data, workspace)
    assert isinstance(task.splitting, ByOutcome)
    assert "window" not in task.labels
    split = task.splitting.newest(data)
    assert split.train.max() < split.test.min()
    assert task.audit().findings == ()
    scorer = task.make({**task.recipe, "trees": FEW_TREES}).fit(data.features, data.y, order=data.order)
    assert scorer.curve_ is None


def test_flags_that_are_all_the_same_teach_nothing(tmp_path):
    customers = made_contracts(20).drop(columns="churned_at").assign(churned="no")
    with pytest.raises(OutcomeError, match="Of 20 customers with a contract 0 left"):
        churn_data(workspace_of(tmp_path, customers))
