"""The curve over time: closed forms, known hazards, and what holds of every curve."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import OutcomeError
from salescope.scoring import ChurnScorer
from salescope.scoring.churn_curve import ChurnCurve

MOMENT = pd.Timestamp("2024-01-01")
# The chance to leave in each third of a window of 30 days, by plan; for good.
HAZARD = {"loose": 0.12, "bound": 0.03, "trial": 0.3}


def contracts(rows: int, seed: int) -> pd.DataFrame:
    """Draws contracts that end with a constant chance every ten days, seen at three moments while they last."""
    rng = np.random.default_rng(seed)
    plan = rng.choice(list(HAZARD), rows)
    tenths = rng.geometric([HAZARD[name] for name in plan]) - 1
    left = MOMENT + pd.to_timedelta(10 * tenths + rng.uniform(0, 10, rows), unit="D")
    seen = [
        pd.DataFrame(
            {"customer_id": range(rows), "as_of": MOMENT + pd.Timedelta(days=days), "plan": plan, "left": left}
        )
        for days in (0, 30, 60)
    ]
    frame = pd.concat(seen, ignore_index=True)
    frame = frame[frame["left"] >= frame["as_of"]]
    # What is known ends with the window of the newest moment.
    known = frame["left"].where(frame["left"] < MOMENT + pd.Timedelta(days=90))
    return frame.drop(columns="left").assign(churned_at=known, noise=rng.normal(size=len(frame)))


@cache
def of_contracts() -> ChurnScorer:
    return ChurnScorer(outcome_window=30).fit(contracts(2_000, 0))


def test_the_hazards_of_contracts_are_found():
    new = [{"plan": name, "noise": 0.0} for name in HAZARD]
    curve = of_contracts().churn_curve(new, days=[10, 20, 30, 60, 90])
    for row, hazard in enumerate(HAZARD.values()):
        truth = 1 - (1 - hazard) ** np.array([1, 2, 3, 6, 9])
        np.testing.assert_allclose(curve.iloc[row], truth, atol=0.04)


def test_the_curve_goes_through_the_calibrated_chance():
    scorer = ChurnScorer.from_bundle(of_contracts().to_bundle())
    new = contracts(200, 1)
    for _ in range(2):
        np.testing.assert_allclose(scorer.churn_curve(new, days=[30])[30], scorer.predict_proba(new)[:, 1], rtol=1e-12)
        scorer.recalibrate(intercept=-0.7, slope=1.2)


def snapshots(customers: int, seed: int) -> pd.DataFrame:
    """Draws customers that fall silent for good with a constant chance a month, seen at eight monthly moments."""
    rng = np.random.default_rng(seed)
    loyal = rng.random(customers) < 0.5
    gone_from = rng.geometric(np.where(loyal, 0.05, 0.25)) - 1
    rows = [
        {"customer_id": f"c{who}", "as_of": MOMENT + pd.Timedelta(days=30 * month), "loyal": bool(loyal[who]),
         "y": int(gone_from[who] <= month)}
        for who in range(customers)
        for month in range(8)
        if gone_from[who] >= month
    ]  # fmt: skip
    return pd.DataFrame(rows)


@cache
def of_silence() -> ChurnScorer:
    return ChurnScorer(outcome_window=90).fit(snapshots(1_500, 0))


def test_the_hazards_of_silence_are_found():
    curve = of_silence().churn_curve([{"loyal": True}, {"loyal": False}], days=[89, 90, 120, 150, 210])
    for row, hazard in enumerate((0.05, 0.25)):
        truth = 1 - (1 - hazard) ** np.array([1, 2, 3, 5])
        assert curve.iloc[row, 0] == 0
        np.testing.assert_allclose(curve.iloc[row, 1:], truth, atol=0.05)


def test_by_default_the_days_are_the_ends_of_periods():
    assert of_silence().churn_curve([{"loyal": True}]).columns.tolist()[:3] == [90.0, 120.0, 150.0]
    assert of_contracts().churn_curve([{"plan": "bound"}]).columns.tolist()[:3] == [10.0, 20.0, 30.0]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(0, 1000), min_size=1, max_size=8),
    st.floats(0, 1),
    st.sampled_from([of_silence, of_contracts]),
)
def test_no_curve_falls_and_none_goes_beyond_what_was_seen(days, chance, fitted):
    curve = fitted().curve_
    encoded = fitted().encoder_.encode([{"plan": "loose", "noise": 0.3, "loyal": False}, {}])
    found = curve.chance(encoded, within_window=np.array([chance, 1 - chance]), days=days)
    told = np.array(days) <= curve.ends[-1]
    assert (np.isnan(found) == ~told).all()
    inside = found[:, told][:, np.argsort(np.array(days)[told], kind="stable")]
    assert (np.diff(inside, axis=1) >= 0).all()
    assert ((inside >= 0) & (inside <= 1)).all()


def test_between_the_ends_the_hazard_is_constant():
    even = ChurnCurve(60.0, (20.0, 40.0, 60.0), whole=False, trees=None)
    days = np.array([0, 5, 20, 33, 60])
    found = even.chance(np.zeros((1, 0)), within_window=np.array([0.4]), days=days)
    np.testing.assert_allclose(found[0], 1 - 0.6 ** (days / 60))


def test_one_record_has_the_curve_of_the_batch():
    new = snapshots(60, 2)
    whole = of_silence().churn_curve(new)
    for row in range(0, len(new), 17):
        np.testing.assert_array_equal(of_silence().churn_curve(new.iloc[[row]]).to_numpy()[0], whole.iloc[row])


def test_the_bundle_has_the_curve_and_the_canary_asks_for_it():
    scorer = of_silence()
    files = scorer.to_bundle()
    read = ChurnScorer.from_bundle(files)
    new = snapshots(40, 3).drop(columns=["as_of"]).to_dict("records")
    assert read.to_bundle() == files
    values = scorer.canary_values(new)
    assert values.shape == (len(new), 1 + len(scorer.curve_.ends))
    np.testing.assert_array_equal(read.canary_values(new), values)


def test_without_moments_or_window_there_is_no_curve():
    frame = snapshots(200, 4)
    for scorer in (
        ChurnScorer().fit(frame),
        ChurnScorer(outcome_window=90).fit(frame.drop(columns="as_of")),
    ):
        assert scorer.canary_values([{"loyal": True}]).shape == (1,)
        assert ChurnScorer.from_bundle(scorer.to_bundle()).curve_ is None
        with pytest.raises(OutcomeError, match="has no curve"):
            scorer.churn_curve([{"loyal": True}])


def test_one_moment_gives_the_window_alone():
    frame = snapshots(300, 5)
    scorer = ChurnScorer(outcome_window=90).fit(frame[frame["as_of"] == MOMENT])
    assert scorer.churn_curve([{"loyal": True}], days=[30, 90, 91]).notna().to_numpy().tolist() == [[True, True, False]]


@pytest.mark.parametrize("name", ["curve.json", "curve.trees.txt"])
def test_a_curve_that_got_lost_is_not_taken_for_none(name):
    files = of_silence().to_bundle()
    del files[name]
    with pytest.raises(KeyError, match=name):
        ChurnScorer.from_bundle(files)
