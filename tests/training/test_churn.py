"""Customers become looks whose windows have closed, and a churn scorer is trained by the pipeline of all scorers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.frames.errors import MissingColumnError, OutcomeError
from salescope.project import ChurnSettings, load_workspace
from salescope.registry import load_current
from salescope.scoring import ChurnScorer
from salescope.training import TrainingOptions, churn_data, train_churn
from salescope.training.customer_tables import customer_tables, snapshot_moments

DAY = pd.Timedelta(1, "D")


@pytest.fixture(scope="module")
def workspace(made_workspace):
    return load_workspace(made_workspace, environment={})


def with_churn(workspace, **settings):
    return workspace.model_copy(update={"churn": ChurnSettings(**settings)})


@pytest.fixture(scope="module")
def data(workspace):
    return churn_data(with_churn(workspace, outcome_window=60))


def test_every_window_has_closed_before_the_end_of_the_orders(workspace, data):
    end = customer_tables(workspace).end
    assert data.order.max() == end.to_datetime64()
    assert (data.order - data.seen_at == np.timedelta64(60, "D")).all()
    assert data.as_of == end.isoformat()


def test_who_left_is_who_did_not_order_in_the_window(workspace, data):
    orders = customer_tables(workspace).frames["orders"]
    bought = orders[orders["quantity"] > 0]
    for row in range(0, len(data.y), 37):
        start, name = pd.Timestamp(data.seen_at[row]), data.features["customer_id"].iloc[row]
        times = bought.loc[bought["customer_id"] == name, "ordered_at"]
        assert (times < start).any()
        assert data.y[row] == int(not ((times >= start) & (times < start + 60 * DAY)).any())


def test_the_window_is_proposed_from_the_gaps_and_said(workspace):
    proposed = churn_data(workspace)
    assert proposed.outcome_window in {30, 60, 90, 120}
    assert proposed.chosen_by.startswith(f"Outcome window {proposed.outcome_window} days")


def test_contracts_end_within_the_window(workspace):
    contracts = churn_data(with_churn(workspace, basis="contract", outcome_window=60))
    customers = customer_tables(workspace).frames["customers"].set_index("customer_id")
    ends = customers["churned_at"].reindex(contracts.features["customer_id"]).to_numpy()
    assert customers["churned"].reindex(contracts.features["customer_id"]).notna().all()
    assert not (ends < contracts.seen_at).any()
    np.testing.assert_array_equal(contracts.y, (ends < contracts.order).astype(np.int64))


def test_a_contract_without_ends_is_asked_for(workspace):
    tables = {name: table for name, table in workspace.tables.items() if name != "customers"}
    bare = workspace.model_copy(update={"tables": tables, "churn": ChurnSettings(basis="contract")})
    with pytest.raises(MissingColumnError, match="churned_at"):
        churn_data(bare)


def test_too_short_a_history_says_what_to_do(workspace):
    with pytest.raises(OutcomeError, match=r"too few for an outcome window of 300 days\. Map more history"):
        churn_data(with_churn(workspace, outcome_window=300))
    with pytest.raises(OutcomeError, match="no order"):
        churn_data(workspace.model_copy(update={"tables": {}, "churn": ChurnSettings(basis="orders")}))


def test_moments_go_back_from_the_newest_closed_window():
    first, end = pd.Timestamp("2024-01-05"), pd.Timestamp("2024-12-01")
    moments = snapshot_moments(first, end=end, outcome_window=30, every=7, most=4)
    assert moments == [end - 30 * DAY - step * 7 * DAY for step in (3, 2, 1, 0)]
    assert snapshot_moments(first, end=first + 59 * DAY, outcome_window=30, every=7, most=4) == []


def test_a_churn_scorer_is_trained_registered_and_promoted_where_it_may(workspace):
    asked = with_churn(workspace, outcome_window=60, moments=4)
    result = train_churn(asked, options=TrainingOptions(promote=True))
    assert result.card["name"] == "churn"
    assert result.card["data"]["window"] == 60
    assert result.promoted == result.decision.promote
    if result.promoted:
        assert load_current(workspace.published_of("churn"))[0].version == result.version


def test_a_scorer_of_the_pipeline_is_the_one_a_notebook_would_fit(data):
    scorer = ChurnScorer(outcome_window=60).fit(data.features, data.y, order=data.order)
    assert scorer.predict_proba(data.features).shape == (len(data.y), 2)
