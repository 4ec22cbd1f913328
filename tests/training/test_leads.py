"""One training from end to end on a made company, whose truth is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from salescope.bundle import CARD, load_model, parse_json
from salescope.evaluation import auc
from salescope.frames.errors import LeakageError
from salescope.project import load_workspace
from salescope.project.made import init_made_workspace
from salescope.registry import current, load_current
from salescope.registry.tracking import Tracking
from salescope.simulation import LEAKS, CompanySize, simulate
from salescope.training import TrainingOptions, judging, lead_data, train_leads

SIZE = CompanySize(days=365, leads=1_500, customers=60, order_lines=500, products=12, representatives=6)


def test_a_scorer_that_passes_every_gate_serves(trained):
    workspace, result = trained
    assert result.promoted
    assert result.decision.ground == "first"
    assert current(workspace.published_of("leads")).version == result.version
    assert Tracking(workspace.mlflow_uri).champion("leads").version == result.version


def test_the_card_tells_what_was_learned_and_how_it_was_judged(trained):
    workspace, result = trained
    data = lead_data(workspace)
    card = result.card
    assert card["data"]["rows"] == len(data.y)
    assert card["data"]["digest"] == data.digest
    assert card["figures"]["gap"] == pytest.approx(card["figures"]["random"]["auc"] - card["figures"]["newest"]["auc"])
    assert len(card["figures"]["windows"]) == 3
    assert card["calibration"]["passed"]
    assert json.loads(json.dumps(card, allow_nan=False)) == card


def test_the_published_bundle_answers_and_carries_the_card(trained):
    workspace, result = trained
    published, files = load_current(workspace.published_of("leads"))
    assert parse_json(files[CARD], file=CARD) == result.card
    scorer = load_model(files, digest=published.digest)
    data = lead_data(workspace)
    chance = scorer.predict_proba(data.features)[:, 1]
    assert chance.mean() == pytest.approx(data.y.mean(), abs=0.05)


def test_it_finds_much_of_the_truth(trained, made_workspace):
    workspace, _ = trained
    scorer = load_model(load_current(workspace.published_of("leads"))[1])
    data = lead_data(workspace)
    truth = pd.read_csv(made_workspace / "truth" / "leads.csv").set_index("lead_id")["probability_given_intent"]
    known = truth.loc[data.features["lead_id"]].to_numpy()
    assert np.corrcoef(known, scorer.predict_proba(data.features)[:, 1])[0, 1] > 0.4
    assert auc(data.y, known) > 0.8


def test_the_run_is_finished_and_complete(trained):
    import mlflow

    workspace, result = trained
    client = mlflow.MlflowClient(tracking_uri=workspace.mlflow_uri)
    run = client.get_run(result.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.tags["data_digest"] == result.card["data"]["digest"]
    assert {"newest_auc", "newest_log_loss", "random_auc", "calibration_checked"} <= set(run.data.metrics)
    kept = {item.path for item in client.list_artifacts(result.run_id)}
    assert {"card.html", "card.json", "audit.csv", "plots"} <= kept
    plots = {item.path for item in client.list_artifacts(result.run_id, "plots")}
    assert plots == {f"plots/{name}.png" for name in ("discrimination", "reliability", "lift", "importance")}


def test_a_leak_stops_training_until_it_is_excluded_or_allowed(tmp_path):
    init_made_workspace(tmp_path, seed=2, size=SIZE)
    leaky = simulate(2, size=SIZE, leaks=list(LEAKS)).tables["leads"]
    leaky.to_csv(tmp_path / "data" / "leads.csv", index=False)
    workspace = load_workspace(tmp_path, environment={})
    with pytest.raises(LeakageError) as caught:
        train_leads(workspace)
    assert "Exclude 'closed_reason', 'stage_probability'" in str(caught.value)
    assert Tracking(workspace.mlflow_uri).champion("leads") is None
    _assert_no_run_is_open(workspace)


def _assert_no_run_is_open(workspace):
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=workspace.mlflow_uri)
    experiment = client.get_experiment_by_name("leads").experiment_id
    statuses = [run.info.status for run in client.search_runs([experiment])]
    assert statuses == ["FAILED"]


def test_shuffled_outcomes_are_called_no_signal(tmp_path, monkeypatch):
    # The newest outcomes alone say whether there is a signal.
    monkeypatch.setattr(judging, "N_FOLDS", 2)
    monkeypatch.setattr(judging, "N_WINDOWS", 1)
    init_made_workspace(tmp_path, seed=3, size=SIZE)
    path = tmp_path / "data" / "leads.csv"
    leads = pd.read_csv(path)
    closed = leads["outcome"] != "open"
    columns = ["outcome", "outcome_at", "amount"]
    shuffled = leads.loc[closed, columns].sample(frac=1, random_state=0).to_numpy()
    leads.loc[closed, columns] = shuffled
    created = pd.to_datetime(leads["created_at"])
    # A lead still closes after it came in: each keeps its own pace, only the outcome is another's.
    leads.loc[closed, "outcome_at"] = (created[closed] + pd.Timedelta(days=20)).dt.strftime("%Y-%m-%d %H:%M:%S")
    leads.to_csv(path, index=False)
    (tmp_path / "data" / "lead_events.csv").write_text("lead_id,at,kind,channel\n", encoding="utf-8")
    workspace = load_workspace(tmp_path, environment={})
    result = train_leads(workspace, options=TrainingOptions())
    assert not result.promoted
    assert result.decision.ground == "signal"
    assert Tracking(workspace.mlflow_uri).champion("leads") is None
