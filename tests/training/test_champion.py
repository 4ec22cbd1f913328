"""A second training meets the champion, on outcomes that neither has learned from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.evaluation import newest_split
from salescope.frames.errors import NoEarlierBundleError
from salescope.project import load_workspace
from salescope.project.made import init_made_workspace
from salescope.registry import current
from salescope.registry.champion import roll_back
from salescope.registry.tracking import Tracking
from salescope.simulation import CompanySize
from salescope.training import ByOutcome, TrainingOptions, judging, lead_data, train_leads
from salescope.training.leads import scorer_of
from salescope.training.tuning import Search, search_trees

SIZE = CompanySize(days=365, leads=1_500, customers=60, order_lines=500, products=12, representatives=6)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Is a workspace that was trained when half a year was known, and again when all was."""
    folder = tmp_path_factory.mktemp("grown")
    init_made_workspace(folder, seed=4, size=SIZE)
    path, events = folder / "data" / "leads.csv", folder / "data" / "lead_events.csv"
    whole, happened = pd.read_csv(path, dtype=str), pd.read_csv(events, dtype=str)
    early = whole[whole["created_at"] < "2024-08-01"].copy()
    unknown = early["outcome_at"].fillna("9") >= "2024-08-01"
    early.loc[unknown, ["outcome", "outcome_at", "amount"]] = ["open", None, None]
    early.to_csv(path, index=False)
    happened[happened["at"] < "2024-08-01"].to_csv(events, index=False)
    workspace = load_workspace(folder, environment={})
    with pytest.MonkeyPatch.context() as patched:
        # What random folds and single periods say decides nothing between two models.
        patched.setattr(judging, "N_FOLDS", 2)
        patched.setattr(judging, "N_WINDOWS", 1)
        first = train_leads(workspace)
        whole.to_csv(path, index=False)
        happened.to_csv(events, index=False)
        second = train_leads(workspace)
        third = train_leads(workspace, options=TrainingOptions(promote=False))
    return workspace, first, second, third


def test_the_champion_is_judged_as_served_on_what_came_after_it(grown):
    _, first, second, _ = grown
    assert first.promoted
    assert first.decision.ground == "first"
    assert "(as served)" in second.decision.message
    assert second.decision.ground == ("better" if second.promoted else "champion")


def test_without_newer_outcomes_its_recipe_is_judged(grown):
    _, _, second, third = grown
    if second.promoted:
        assert "its recipe, fitted on the same older outcomes" in third.decision.message
        assert third.decision.promote
    assert not third.promoted


def test_what_was_promoted_can_be_rolled_back_once(grown):
    workspace, first, second, _ = grown
    tracking = Tracking(workspace.mlflow_uri)
    if second.promoted:
        assert roll_back(tracking, "leads", folder=workspace.published_of("leads")).version == first.version
    with pytest.raises(NoEarlierBundleError):
        roll_back(tracking, "leads", folder=workspace.published_of("leads"))
    assert current(workspace.published_of("leads")).version == first.version
    assert tracking.champion("leads").version == first.version


def test_a_search_is_asked_for_goes_on_where_it_was_and_touches_no_newest_outcome(grown, tmp_path):
    workspace, *_ = grown
    data = lead_data(workspace)
    recipe = {"exclude": [], "grades": None, "seed": 0, "trees": None}
    seen, told = [], []

    def make(trees):
        scorer = scorer_of({**recipe, "trees": trees})
        fit = scorer.fit
        scorer.fit = lambda X, y, **more: (seen.append(more["order"].max()), fit(X, y, **more))[1]
        return scorer

    def search(trials):
        storage = tmp_path / "study.db"
        asked = Search(model="leads", trials=trials, seed=0, storage=storage)
        return search_trees(data, make, splitting=ByOutcome(), search=asked, tell=lambda *step: told.append(step))

    search(2)
    best = search(3)
    assert [done for done, _ in told] == [1, 2, 3]
    assert best == {} or {"num_leaves", "learning_rate"} <= set(best)
    held = data.order[newest_split(data.order).test]
    assert np.max(seen) < held.min()
