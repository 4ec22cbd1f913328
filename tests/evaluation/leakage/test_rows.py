"""Findings about rows: copies and made-up rows are found, natural twins are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.evaluation.leakage.made import honest_leads, oversampled, smote

from salescope.evaluation.leakage import audit
from salescope.evaluation.leakage.case import prepare
from salescope.evaluation.leakage.duplicates import row_groups, twins


def kinds(report):
    return [finding.kind for finding in report.findings]


def coarse(seed, n_rows=3000):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.integers(0, 4, n_rows) for name in ("a", "b", "c")})
    return frame, (rng.random(n_rows) < 0.1 + 0.2 * frame["a"]).astype(int).to_numpy()


@pytest.mark.parametrize("seed", range(5))
def test_coarse_columns_have_natural_twins(seed):
    frame, y = coarse(seed)
    assert frame.duplicated().mean() > 0.9
    assert audit(frame, y).findings == ()


@pytest.mark.parametrize("share", [0.03, 0.2])
@pytest.mark.parametrize("seed", range(2))
def test_copied_rows_are_found_and_priced(share, seed):
    made = honest_leads(seed, n_rows=3000)
    rows = np.concatenate([np.arange(3000), made.rng.integers(0, 3000, int(share * 3000))])
    rows = np.sort(rows)
    report = audit(made.frame.iloc[rows], made.y[rows], order=made.created[rows])
    assert kinds(report) == ["duplicate_rows"]
    assert report.findings[0].price_auc > 0.005
    assert report.blocking[0].columns == ()
    assert audit(made.frame.iloc[rows], made.y[rows], allowed=["duplicate_rows"]).findings == ()


def test_a_few_copies_do_not_matter():
    made = honest_leads(0, n_rows=3000)
    rows = np.concatenate([np.arange(3000), np.arange(10)])
    assert audit(made.frame.iloc[rows], made.y[rows]).findings == ()


def test_rows_equal_in_all_columns_share_a_number():
    frame = pd.DataFrame({"a": [1, 1, 2, 1] * 5, "b": ["x", "x", "x", None] * 5})
    case = prepare(frame, np.arange(20) % 2, order=None, skipped=(), seed=0)
    groups = row_groups(case, names=["a", "b"])
    assert len(np.unique(groups)) == 3
    assert groups[0] == groups[1] != groups[2]
    assert twins(case, names=[]) is None


@pytest.mark.parametrize("seed", range(2))
def test_a_class_filled_up_by_copies_is_found(seed):
    made = honest_leads(seed, n_rows=3000)
    rare = (made.y == 1) & (made.rng.random(3000) < 0.3)
    kept = (made.y == 0) | rare
    frame, y = made.frame[kept], made.y[kept]
    rows = made.rng.permutation(oversampled(y, seed=seed))
    report = audit(frame.iloc[rows], y[rows])
    assert kinds(report) == ["resampled"]
    assert "are copied" in report.findings[0].evidence
    assert report.findings[0].price_auc > 0.05


@pytest.mark.parametrize("whole", [True, False])
def test_a_class_filled_up_by_interpolation_is_found(whole):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(1500, 5))
    points = np.round(points * 20) if whole else points
    y = (rng.random(1500) < 1 / (1 + np.exp(1.5 - points[:, 0] / points[:, 0].std()))).astype(int)
    honest = pd.DataFrame(points, columns=list("abcde"))
    assert audit(honest, y).findings == ()
    filled, y_filled = smote(points, y, seed=1)
    shuffled = rng.permutation(len(y_filled))
    report = audit(pd.DataFrame(filled, columns=list("abcde")).iloc[shuffled], y_filled[shuffled])
    assert kinds(report) == ["resampled"]
    assert ("decimals" if whole else "between two neighbours") in report.findings[0].evidence


@pytest.mark.parametrize("seed", range(3))
def test_a_balanced_honest_set_is_not_called_resampled(seed):
    made = honest_leads(seed, n_rows=2000)
    won, lost = (np.flatnonzero(made.y == outcome) for outcome in (1, 0))
    fewer = min(len(won), len(lost))
    rows = np.sort(np.concatenate([won[:fewer], lost[:fewer]]))
    assert "resampled" not in kinds(audit(made.frame.iloc[rows], made.y[rows]))


def test_telco_resampled_before_the_split_is_found(shared_data):
    customers = pd.read_csv(shared_data / "telco-churn" / "Telco-Customer-Churn.csv").drop(columns="customerID")
    y = (customers.pop("Churn") == "Yes").to_numpy(dtype=int)
    rows = oversampled(y, seed=0)
    report = audit(customers.iloc[rows], y[rows])
    assert kinds(report) == ["resampled"]
    assert report.findings[0].price_auc > 0.1
