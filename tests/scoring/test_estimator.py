"""Scorers are estimators in scikit-learn's manner."""

from __future__ import annotations

import warnings

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from salescope.scoring import ChurnScorer, LeadScorer

# The checks that do not apply, and why; every other check of scikit-learn must pass.
EXPECTED_FAILED_CHECKS = {
    "check_array_api_input": "it needs SciPy's environment switch, and arrays of other libraries are not accepted",
}
N_CHECKS = 55
# What the churn scorer has of its own: arguments, state and the rows it learns from. The rest is the lead scorer's code.
OF_THE_CHURN_SCORER = {
    "check_dict_unchanged",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_sparse_tag",
    "check_estimators_overwrite_params",
    "check_estimators_pickle",
    "check_estimators_unfitted",
    "check_fit_check_is_fitted",
    "check_get_params_invariance",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_requires_y_none",
    "check_set_params",
    "check_valid_tag_types",
}


def _checks(scorer=LeadScorer):
    return list(estimator_checks_generator(scorer(), legacy=True, mark=None))


def _name(check) -> str:
    return getattr(check, "func", check).__name__


CHECKS = [(estimator, check) for estimator, check in _checks() if _name(check) not in EXPECTED_FAILED_CHECKS]


CHURN_CHECKS = [(scorer, check) for scorer, check in _checks(ChurnScorer) if _name(check) in OF_THE_CHURN_SCORER]


@pytest.mark.parametrize(
    ("estimator", "check"),
    [*CHECKS, *CHURN_CHECKS],
    ids=[f"{type(scorer).__name__}-{_name(check)}" for scorer, check in [*CHECKS, *CHURN_CHECKS]],
)
def test_scikit_learn_check(estimator, check):
    with warnings.catch_warnings():
        # The checks provoke scikit-learn's own warnings on purpose and look at them themselves.
        warnings.simplefilter("ignore")
        check(estimator)


def test_no_check_got_lost():
    assert len(CHECKS) == N_CHECKS - len(EXPECTED_FAILED_CHECKS)
    assert set(EXPECTED_FAILED_CHECKS) < {_name(check) for _, check in _checks()}
    assert {_name(check) for _, check in CHURN_CHECKS} == OF_THE_CHURN_SCORER
