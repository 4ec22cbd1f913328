"""Stages and level shifts: closed forms, and the dynamic programme against every partition there is."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.forecasting.calendar import Floats
from salescope.forecasting.examples import monthly
from salescope.forecasting.life_cycle import STAGES, level_shifts, life_cycle, stage_names, stage_since
from salescope.forecasting.segmentation import noise_variance, segments
from salescope.frames.errors import OutOfRangeError, UnknownNameError

SEASON = 1 + 0.6 * np.sin(np.arange(48) * np.pi / 6)


def best_partition(series: Floats, *, least: int, penalty: float) -> tuple[float, list[int]]:
    """The least cost over all sets of change points."""
    price = penalty * np.log(len(series)) * noise_variance(series[None])[0]
    costs = []
    for count in range(len(series) // least):
        for places in combinations(range(1, len(series)), count):
            edges = [0, *places, len(series)]
            if all(end - start >= least for start, end in pairwise(edges)):
                squares = sum(series[start:end].var() * (end - start) for start, end in pairwise(edges))
                costs.append((float(squares + price * count), list(places)))
    return min(costs)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), begins=st.integers(0, 4), penalty=st.sampled_from([0.5, 1.0, 3.0]))
def test_no_partition_costs_less(seed: int, begins: int, penalty: float) -> None:
    rng = np.random.default_rng(seed)
    series = rng.normal(size=11) + np.repeat(rng.normal(0, 4, 3), [4, 4, 3])
    padded = np.concatenate([np.full(begins, np.nan), series])
    wanted = penalty * np.log(11) / np.log(11 + begins)
    (found,) = segments(padded[None], least=2, penalty=wanted)
    assert (found - begins).tolist() == best_partition(series, least=2, penalty=penalty)[1]


def test_level_shifts_are_found_whatever_the_season() -> None:
    rng = np.random.default_rng(2)
    stepped = np.repeat([100.0, 160.0], [29, 19]) * SEASON + rng.normal(0, 4, 48)
    flat = 100.0 * SEASON + rng.normal(0, 4, 48)
    shifts = level_shifts(monthly([stepped.tolist(), flat.tolist(), [5.0] * 48]))
    assert shifts["series_id"].tolist() == ["series 0"]
    assert abs((shifts["date"][0].year - 2020) * 12 + shifts["date"][0].month - 1 - 29) <= 1
    assert shifts["after"][0] / shifts["before"][0] == pytest.approx(1.6, abs=0.1)


def test_degenerate_series_have_no_shifts() -> None:
    panel = monthly([[np.nan] * 6, [np.nan] * 5 + [3.0], [0.0] * 6, [0.1] * 6])
    assert level_shifts(panel).empty
    assert level_shifts(monthly([[1.0]])).empty


def test_noise_alone_is_rarely_a_shift() -> None:
    noise = np.random.default_rng(5).normal(50, 5, (200, 60))
    assert sum(len(places) > 0 for places in segments(noise, least=3)) <= 20


def test_stages_of_lives() -> None:
    half = [10.0] * 18
    lives = {
        "launch": [np.nan] * 43 + [1.0, 2.0, 4.0, 8.0, 9.0],
        "growth": (100.0 * SEASON * np.repeat([1, 1, 1, 1.3], 12)).tolist(),
        "maturity": (100.0 * SEASON).tolist(),
        "decline": (100.0 * SEASON * np.repeat([1, 1, 1, 0.7], 12)).tolist(),
        "ended": half + [0.0] * 30,
    }
    told = life_cycle(monthly(list(lives.values())))
    assert told["stage"].tolist() == list(lives) == list(STAGES)
    assert told["change"].iloc[[1, 2, 3]].tolist() == pytest.approx([0.3 / 1.15, 0.0, -0.3 / 0.85])
    assert told["periods"].tolist() == [5, 48, 48, 48, 48]


def test_noise_is_not_growth_and_a_higher_threshold_hides_growth() -> None:
    rng = np.random.default_rng(7)
    noisy = monthly(rng.normal(100, 60, (40, 24)).tolist())
    stages = life_cycle(noisy, threshold=0.0)["stage"]
    assert (stages != "maturity").mean() < 0.25
    grown = monthly([[10.0] * 12 + [13.0] * 12])
    assert [life_cycle(grown, threshold=share)["stage"][0] for share in (0.1, 0.3)] == ["growth", "maturity"]


def test_a_product_that_never_sold() -> None:
    assert life_cycle(monthly([[0.0] * 24, [np.nan] * 22 + [0.0] * 2]))["stage"].tolist() == ["ended", "launch"]


def test_words_and_refusals() -> None:
    assert stage_names("en")["decline"] == "Decline"
    assert all(set(names) == {"en", "zh"} for names in STAGES.values())
    with pytest.raises(UnknownNameError, match="life-cycle"):
        stage_names("fr")
    with pytest.raises(OutOfRangeError, match="threshold"):
        life_cycle(monthly([[1.0]]), threshold=-1)


def test_a_stage_has_been_told_ever_since_and_not_before() -> None:
    rng = np.random.default_rng(3)
    panel = monthly((20.0 + rng.normal(0, 3, (12, 40)) + np.linspace(-0.4, 0.4, 12)[:, None] * np.arange(40)).tolist())
    told = [life_cycle(panel.until(end))["stage"].tolist() for end in range(1, 41)]
    for row, since in enumerate(stage_since(panel)):
        stages = [at[row] for at in told]
        # Everything sold when the panel began: nothing of it was launched then.
        changes = [end for end, stage in enumerate(stages) if stage not in (stages[-1], "launch")]
        assert since == panel.dates[max(changes, default=-1) + 1]


def test_what_was_never_sold_is_in_its_stage_since_never() -> None:
    assert stage_since(monthly([[np.nan] * 9, [0.0] * 9, [1.0] * 9])).isna().tolist() == [True, True, False]
