"""The same machinery trains on snapshots: several rows a subject, judged on moments that no window reaches into."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salescope.bundle import CARD, parse_json
from salescope.evaluation import audit
from salescope.monitoring import Words
from salescope.project import load_workspace
from salescope.registry.tracking import Tracking
from salescope.scoring import LeadScorer
from salescope.training import (
    STEPS,
    BySnapshot,
    LabelledRows,
    ScorerTask,
    Steps,
    TrainingOptions,
    running,
    train_scorer,
)
from salescope.training.leads import scorer_of

WINDOW = np.timedelta64(60, "D")


def made_rows(subjects: int = 60, *, moments: int = 5) -> LabelledRows:
    """Draws subjects that are looked at every 30 days; how long they were silent says who leaves."""
    rng = np.random.default_rng(0)
    place = np.repeat(np.arange(moments), subjects)
    seen_at = np.datetime64("2025-01-01", "ns") + place * np.timedelta64(30, "D")
    silent = rng.exponential(30, subjects * moments)
    left = rng.random(subjects * moments) < 1 / (1 + np.exp(2 - silent / 20))
    months = pd.DatetimeIndex(seen_at)
    return LabelledRows(
        features=pd.DataFrame({"silent": silent, "region": rng.choice(["North", "South"], subjects * moments)}),
        y=left.astype(np.int64),
        order=seen_at + WINDOW,
        seen_at=seen_at,
        period=(12 * months.year + months.month).to_numpy(dtype=np.int64),
        group=np.tile(np.arange(subjects), moments),
        as_of="2025-08-01",
        digest="d" * 64,
    )


class Made:
    """Makes scorers and remembers what each was taught."""

    def __init__(self) -> None:
        self.taught: list[tuple[set[int], np.datetime64]] = []

    def __call__(self, recipe: Mapping[str, Any]) -> LeadScorer:
        scorer = scorer_of(recipe)
        fit = scorer.fit

        def remembered(X: pd.DataFrame, y: np.ndarray, *, order: np.ndarray) -> LeadScorer:
            self.taught.append((set(X.index), order.max()))
            return fit(X, y, order=order)

        scorer.fit = remembered
        return scorer


def task_of(rows: LabelledRows, *, make: Made) -> ScorerTask:
    return ScorerTask(
        model="churn",
        rows=rows,
        splitting=BySnapshot(share=0.01),
        audit=lambda: audit(rows.features, rows.y, order=rows.seen_at),
        make=make,
        recipe={"exclude": [], "grades": None, "seed": 0, "trees": None},
        data={"left": rows.positive},
        labels={"rows": "customers at a moment", "left": "left within 60 days"},
        words=Words(rows="customers", positive="departures"),
    )


@pytest.fixture(scope="module")
def churn(tmp_path_factory):
    """Is one training of a task that is not about leads, with what happened."""
    folder, rows, make, told, promoted = tmp_path_factory.mktemp("churn"), made_rows(), Made(), [], []
    (folder / "salescope.yaml").write_text("workspace: {name: Acme}\n", encoding="utf-8")
    workspace = load_workspace(folder, environment={})
    workspace.state.mkdir()
    say = Steps(lambda *step: told.append(step), total=STEPS)
    with pytest.MonkeyPatch.context() as patched:
        # The trial of a bundle costs seconds, and other tests see to it.
        patched.setattr(running, "promote_version", lambda _, name, **more: promoted.append((name, more)))
        task = task_of(rows, make=make)
        result = train_scorer(task, workspace=workspace, options=TrainingOptions(), say=say)
    return SimpleNamespace(**locals())


def test_a_task_is_registered_and_promoted_by_its_name(churn):
    result = churn.result
    assert result.promoted, result.decision.message
    folder = churn.workspace.published_of("churn")
    assert churn.promoted == [("churn", {"version": result.version, "folder": folder})]
    tracking = Tracking(churn.workspace.mlflow_uri)
    assert tracking.find("churn", version="@challenger").version == result.version
    assert parse_json(tracking.download("churn", version="1")[CARD], file=CARD) == result.card
    assert churn.told[0][0] == "auditing for leaks"
    assert churn.told[-1] == ("done", STEPS, STEPS)


def test_the_card_tells_what_the_task_says_of_its_data(churn):
    card, rows = churn.result.card, churn.rows
    assert card["name"] == "churn"
    assert card["learned_from"] == [["customers at a moment", 300], ["left within 60 days", rows.positive]]
    assert card["data"]["trained_through"] == "2025-06-30T00:00:00"
    assert card["figures"]["table"][0]["n"] == 60


def test_the_newest_moment_is_judged_by_windows_that_had_closed(churn):
    taught, through = churn.make.taught[0]
    assert taught == set(range(180))
    assert through == churn.rows.seen_at[-1]


def test_a_subject_is_never_on_both_sides_of_a_fold(churn):
    everyone, group = set(range(300)), churn.rows.group
    for taught, _ in churn.make.taught[1:4]:
        held = everyone - taught
        assert held
        assert {group[row] for row in held}.isdisjoint(group[row] for row in taught)


def test_each_period_is_judged_by_windows_that_had_closed(churn):
    rows, windows = churn.rows, churn.result.card["figures"]["windows"]
    walked = churn.make.taught[4:-1]
    assert len(windows) == len(walked) == 3
    for (_, through), window in zip(walked, windows, strict=True):
        judged = rows.period == window["period"]
        assert window["n"] == judged.sum()
        assert through <= rows.seen_at[judged].min()


def test_the_final_scorer_learns_from_all(churn):
    assert churn.make.taught[-1] == (set(range(300)), churn.rows.order.max())


@pytest.mark.parametrize("name", ["customers", "departures"])
def test_the_card_speaks_in_the_words_of_its_task(name):
    from salescope.monitoring import card_page, evaluation_plots, png_of
    from salescope.training.publishing import plain

    rows = made_rows(subjects=40)
    p = np.linspace(0.1, 0.9, len(rows.y))
    words = Words(rows="customers", positive="departures")
    plots = evaluation_plots(rows.y, p, calibrated=p, importance={"silent": 0.1}, words=words)
    assert name in f"{plots['lift'].axes[0].get_xlabel()} {plots['lift'].axes[0].get_ylabel()}"
    figures = dict.fromkeys(("auc", "log_loss", "calibration_error", "lift_at_10"), 0.5)
    card = {
        "name": "churn", "words": {"rows": words.rows, "positive": words.positive}, "made_with": "test", "learner": "ridge",
        "data": {"as_of": "2025-08-01", "trained_through": "2025-07-30", "digest": "d"}, "learned_from": [["left", 3]],
        "verdict": {"message": "Signal."}, "decision": {"promote": True, "message": "Promoted."}, "audit": [], "notes": {},
        "figures": {"newest": figures, "table": [{"label": "the newest", "n": 3, **figures}], "remark": ""},
        "calibration": {"error": 0.1, "message": "Calibrated."}, "recipe": {"exclude": []},
    }  # fmt: skip
    assert name in card_page(plain(card), plots={"lift": png_of(plots["lift"])})
