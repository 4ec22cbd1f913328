"""The split of a workspace's forecast: near to the simulator's truth, and refused without orders."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from salescope.batch import new_and_existing
from salescope.batch.new_and_existing import split_of_workspace
from salescope.forecasting.new_and_existing import SplitSettings
from salescope.frames.errors import SettingsError
from salescope.simulation import CompanySize, simulate


def test_the_split_of_a_made_company_is_near_its_truth(monkeypatch):
    size = CompanySize(days=731, leads=20, customers=600, order_lines=12_000, products=12, representatives=6)
    company = simulate(2, size=size, incidents=())
    monkeypatch.setattr(new_and_existing, "read_table", lambda _, name: SimpleNamespace(frame=company.tables[name]))
    truth = company.expected_future(months=3)
    forecast = truth.rename(columns={"period": "date", "total": "mean"})[["node", "date", "mean"]]
    split = split_of_workspace(
        SimpleNamespace(tables={"orders": None, "customers": None}),
        forecast=forecast.astype({"node": str}),
        settings=SplitSettings(as_of=company.end),
    )
    assert set(split["node"]) == {"all", *(name for name in truth["node"] if name.count("=") == 1)}
    whole = split[split["node"] == "all"]
    np.testing.assert_allclose(whole["existing"] + whole["new"], whole["mean"])
    assert whole["existing"].sum() == pytest.approx(truth.loc[truth["node"] == "all", "existing"].sum(), rel=0.05)


def test_a_workspace_without_orders_is_refused():
    with pytest.raises(SettingsError, match="no table 'orders'"):
        split_of_workspace(SimpleNamespace(tables={}), forecast=None, settings=None)
