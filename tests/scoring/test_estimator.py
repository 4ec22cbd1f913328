"""LeadScorer is an estimator in scikit-learn's manner."""

from __future__ import annotations

import warnings

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from salescope.scoring import LeadScorer

# The checks that do not apply, and why; every other check of scikit-learn must pass.
EXPECTED_FAILED_CHECKS = {
    "check_array_api_input": "it needs SciPy's environment switch, and arrays of other libraries are not accepted",
}
N_CHECKS = 55


def _checks():
    return list(estimator_checks_generator(LeadScorer(), legacy=True, mark=None))


def _name(check) -> str:
    return getattr(check, "func", check).__name__


CHECKS = [(estimator, check) for estimator, check in _checks() if _name(check) not in EXPECTED_FAILED_CHECKS]


@pytest.mark.parametrize(("estimator", "check"), CHECKS, ids=[_name(check) for _, check in CHECKS])
def test_scikit_learn_check(estimator, check):
    with warnings.catch_warnings():
        # The checks provoke scikit-learn's own warnings on purpose and look at them themselves.
        warnings.simplefilter("ignore")
        check(estimator)


def test_no_check_got_lost():
    assert len(CHECKS) == N_CHECKS - len(EXPECTED_FAILED_CHECKS)
    assert set(EXPECTED_FAILED_CHECKS) < {_name(check) for _, check in _checks()}
