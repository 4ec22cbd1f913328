"""Leads: their truth is calibrated, their behaviour is in time, and the future never changes the past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from salescope.simulation import LEAKS, CompanySize, MadeCompany, simulate


def hosmer_lemeshow(won: np.ndarray, probability: np.ndarray, *, bins: int = 10) -> float:
    """Is the p-value that outcomes come from given probabilities; nothing is fitted, so all bins count."""
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, bins)
    z = [
        (won[part].sum() - probability[part].sum()) / np.sqrt((probability[part] * (1 - probability[part])).sum())
        for part in parts
    ]
    return float(stats.chi2.sf(np.sum(np.square(z)), bins))


@pytest.mark.parametrize("column", ["probability", "probability_given_intent"])
def test_outcomes_follow_the_true_probability_at_creation(small: MadeCompany, column: str):
    truth = small.truth["leads"]
    assert hosmer_lemeshow(truth["won"].to_numpy(), truth[column].to_numpy()) > 0.001


def test_the_test_of_calibration_has_power(small: MadeCompany):
    truth = small.truth["leads"]
    assert hosmer_lemeshow(truth["won"].to_numpy(), truth["probability"].to_numpy() * 1.15) < 0.001


@pytest.mark.parametrize("day", ["2024-05-01", "2024-10-15", "2025-03-01", "2025-07-01"])
def test_outcomes_of_open_leads_follow_the_true_probability_at_any_moment(small: MadeCompany, day: str):
    chance = small.lead_probability(pd.Timestamp(day)).to_numpy()
    known = np.isfinite(chance)
    assert known.sum() > 300
    assert hosmer_lemeshow(small.truth["leads"]["won"].to_numpy()[known], chance[known]) > 0.001


def test_base_rate_and_attainable_auc_are_realistic(small: MadeCompany):
    truth = small.truth["leads"]
    won, chance = [], []
    for day in pd.date_range("2024-04-01", "2025-06-01", freq="30D"):
        probability = small.lead_probability(day).to_numpy()
        known = np.isfinite(probability)
        won.append(truth["won"].to_numpy()[known])
        chance.append(probability[known])
    at_creation = roc_auc_score(truth["won"], truth["probability"])
    later = roc_auc_score(np.concatenate(won), np.concatenate(chance))
    assert 0.20 < truth["won"].mean() < 0.26
    assert 0.74 < at_creation < 0.81
    assert 0.82 < later < 0.88


def test_behaviour_lies_between_creation_and_outcome(small: MadeCompany):
    joined = small.tables["lead_events"].merge(small.tables["leads"], on="lead_id")
    assert (joined["at"] > joined["created_at"]).all()
    closed = joined[joined["outcome"] != "open"]
    assert (closed["at"] < closed["outcome_at"]).all()


def test_outcome_and_its_moment_go_together(small: MadeCompany):
    leads, truth = small.tables["leads"], small.truth["leads"]
    is_open = leads["outcome"] == "open"
    assert (leads["outcome_at"].isna() == is_open).all()
    assert (leads["amount"].notna() == (leads["outcome"] == "won")).all()
    assert (leads.loc[~is_open, "outcome_at"] > leads.loc[~is_open, "created_at"]).all()
    assert ((leads["outcome"] == "won")[~is_open] == truth["won"][~is_open]).all()
    assert (truth.loc[is_open, "closes_at"] >= small.end).all()


def test_attributes_are_of_mixed_kinds_with_gaps(small: MadeCompany):
    leads = small.tables["leads"]
    assert 0.05 < leads["employees"].isna().mean() < 0.25
    assert leads["campaign"].nunique() > 100
    assert leads["note"].nunique() > 2_000
    assert leads["existing_customer"].dtype == bool
    assert leads["job_title"].nunique() == 56


def test_the_true_chance_exists_exactly_while_a_lead_is_open(tiny: MadeCompany):
    leads, truth = tiny.tables["leads"], tiny.truth["leads"]
    moment = pd.Timestamp("2024-06-01")
    is_open = (leads["created_at"] < moment) & (truth["closes_at"] >= moment)
    assert (tiny.lead_probability(moment).notna().to_numpy() == is_open.to_numpy()).all()


def test_one_moment_a_lead_gives_the_same_as_one_moment_for_all(tiny: MadeCompany):
    moment = pd.Timestamp("2024-06-01")
    each = pd.Series(moment, index=tiny.tables["leads"].index)
    pd.testing.assert_series_equal(tiny.lead_probability(moment), tiny.lead_probability(each))


@settings(max_examples=15, deadline=None)
@given(day=st.integers(5, 240))
def test_rows_from_the_moment_on_never_change_the_truth_before_it(tiny: MadeCompany, day: int):
    moment = tiny.start + pd.Timedelta(days=day)
    events = tiny.tables["lead_events"]
    past = replace(tiny, tables={**tiny.tables, "lead_events": events[events["at"] < moment].reset_index(drop=True)})
    pd.testing.assert_series_equal(past.lead_probability(moment), tiny.lead_probability(moment))


def test_leaks_tell_the_outcome():
    company = simulate(seed=5, size=CompanySize.tiny(), leaks=tuple(LEAKS))
    leads = company.tables["leads"]
    closed = leads[leads["outcome"] != "open"]
    won = closed["outcome"] == "won"
    assert roc_auc_score(won, closed["call_minutes_total"]) > 0.85
    assert (closed["stage_probability"] == 100 * won).all()
    assert (leads["closed_reason"].isna() == (leads["outcome"] == "open")).all()
    assert set(closed.loc[won, "closed_reason"]) <= {"signed", "signed after trial"}
