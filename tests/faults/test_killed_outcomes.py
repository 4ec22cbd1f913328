"""A short form of acceptance row 12 of the customers."""

from __future__ import annotations

import os

import pytest
from tests.acceptance.customers_12_kill_outcomes import ENGINES, killed_while_acknowledging, place_on
from tests.store.postgresql import programs


@pytest.mark.parametrize("engine", ENGINES)
def test_no_acknowledged_outcome_is_lost_or_doubled_by_a_kill(engine: str) -> None:
    if engine == "PostgreSQL" and programs() is None and not os.environ.get("CI"):
        pytest.skip("PostgreSQL's initdb is absent; install the package postgresql to kill the service over it.")
    with place_on(engine) as place:
        found = killed_while_acknowledging(place, count=3, seed=1)
    assert found.faults == []
    assert found.kills == 3
    assert found.acknowledged > 10
