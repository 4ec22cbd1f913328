"""Lifetime value: published parameters are found again, integrals agree, and nothing later or beside changes a bit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from salescope.features import customer_features
from salescope.frames.errors import OutcomeError
from salescope.scoring import LifetimeValue
from salescope.scoring.beta_geometric import BetaGeometricNBD
from salescope.scoring.histories import Histories
from salescope.scoring.pareto_nbd import ParetoNBD
from salescope.scoring.purchases import fit_process
from salescope.scoring.season import YearlyWave
from salescope.scoring.spend_per_order import GammaGamma
from salescope.scoring.value_members import season_ahead
from salescope.simulation import CompanySize, simulate

AS_OF = pd.Timestamp("1997-10-01")
HORIZON = 90
COLUMNS = ["customer", "customer_id", "date", "quantity", "money"]


@pytest.fixture(scope="module")
def sample(shared_data):
    """Is the published tenth of cdnow, weeks 1 to 39, as the features tell it."""
    rows = pd.read_csv(shared_data / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", names=COLUMNS, dtype=str)
    orders = pd.DataFrame(
        {
            "order_id": np.arange(len(rows)).astype(str),
            "line": "1",
            "customer_id": rows["customer_id"],
            "ordered_at": pd.to_datetime(rows["date"], format="%Y%m%d"),
            "quantity": rows["quantity"].astype(float),
            "unit_price": rows["money"].astype(float) / rows["quantity"].astype(float),
        }
    )
    return customer_features({"orders": orders}, as_of=AS_OF)


@pytest.fixture(scope="module")
def company():
    return simulate(seed=0, size=CompanySize.tiny())


@pytest.fixture(scope="module")
def model(company):
    return LifetimeValue(horizon=90).fit({"orders": company.tables["orders"]}, as_of=company.end)


def features_of(company):
    return customer_features({"orders": company.tables["orders"]}, as_of=company.end)


def test_the_published_parameters_of_the_beta_geometric_model_are_found(sample):
    found = fit_process(BetaGeometricNBD, Histories.from_features(sample))
    # Time is in days here and in weeks there.
    published = [found.r, found.alpha / 7, found.a, found.b]
    np.testing.assert_allclose(published, [0.243, 4.414, 0.793, 2.426], rtol=0.01)


def test_the_published_parameters_of_the_pareto_model_are_found(sample):
    found = fit_process(ParetoNBD, Histories.from_features(sample))
    np.testing.assert_allclose(
        [found.r, found.alpha / 7, found.s, found.beta / 7], [0.553, 10.58, 0.606, 11.67], rtol=0.02
    )


@pytest.mark.parametrize(("repeats", "last", "age"), [(0.0, 0.0, 200.0), (2.0, 150.0, 272.0), (9.0, 260.0, 272.0)])
def test_the_chance_to_be_alive_is_the_integral_over_the_day_of_leaving(repeats, last, age):
    r, alpha, s, beta = 0.553, 74.0, 0.606, 81.7
    told = Histories(*(np.array([value]) for value in (repeats, last, age, 9862.0)))

    def bought(until):
        return (alpha + until) ** -(r + repeats)

    alive = bought(age) * (beta / (beta + age)) ** s
    left, _ = quad(lambda day: bought(day) * s / beta * (beta / (beta + day)) ** (s + 1), last, age)
    found = ParetoNBD(r=r, alpha=alpha, s=s, beta=beta).probability_alive(told)
    np.testing.assert_allclose(found, alive / (alive + left), rtol=1e-3)


def test_money_per_order_shrinks_towards_everybodys():
    spend = GammaGamma(p=6.25, q=3.74, gamma=15.44)
    mean = spend.p * spend.gamma / (spend.q - 1)
    asked = np.array([1.0, 1e9]), np.array([100.0, 100.0])
    few, many = spend.expected(orders=asked[0], money_per_order=asked[1])
    assert mean < few < many
    assert many == pytest.approx(100.0, rel=1e-6)


def test_later_rows_and_their_order_change_no_bit(company, model):
    orders = company.tables["orders"]
    later = orders.assign(ordered_at=orders["ordered_at"] + (company.end - orders["ordered_at"].min()))
    mixed = pd.concat([orders, later]).sample(frac=1.0, random_state=0).reset_index(drop=True)
    again = LifetimeValue(horizon=90).fit({"orders": mixed}, as_of=company.end)
    features = features_of(company)
    pd.testing.assert_frame_equal(again.predict(features), model.predict(features), check_exact=True)


def test_one_customer_has_the_bits_of_all_and_so_has_a_bundle(company, model):
    features = features_of(company)
    together = model.predict(features)
    for row in range(0, len(features), 17):
        alone = model.predict(features.iloc[[row]].reset_index(drop=True))
        pd.testing.assert_frame_equal(alone, together.iloc[[row]].reset_index(drop=True), check_exact=True)
    loaded = LifetimeValue.from_bundle(model.to_bundle())
    pd.testing.assert_frame_equal(loaded.predict(features), together, check_exact=True)


def test_answers_make_sense(company, model):
    found = model.predict(features_of(company), levels=(50, 80))
    assert found["probability_alive"].between(0, 1).all()
    assert (found["expected_orders"] >= 0).all()
    assert (found["lo_80"] <= found["lo_50"]).all()
    assert (found["lo_50"] <= found["hi_50"]).all()
    assert (found["hi_50"] <= found["hi_80"]).all()


def test_nobody_before_the_moment_is_said(company):
    with pytest.raises(OutcomeError, match="No customer had ordered before"):
        LifetimeValue().fit({"orders": company.tables["orders"]}, as_of="2020-01-01")


def test_trees_follow_the_season_that_lies_ahead(company):
    busy, features = YearlyWave(0.0, 0.5), features_of(company)
    told = Histories.from_features(features)
    at = np.arange(float(HORIZON)) + float(told.now[0])
    season = season_ahead(ParetoNBD(0.5, 70.0, 0.6, 80.0, wave=busy), told, horizon=HORIZON)
    np.testing.assert_allclose(season, busy.busyness(at + 0.5).mean(), rtol=1e-4)
    assert (season_ahead(ParetoNBD(0.5, 70.0, 0.6, 80.0), told, horizon=HORIZON) == 1.0).all()
