"""A short form of acceptance row 12 of the customers."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.customers_12_kill_outcomes import killed_while_acknowledging


def test_no_acknowledged_outcome_is_lost_or_doubled_by_a_kill(tmp_path: Path) -> None:
    found = killed_while_acknowledging(f"sqlite:///{tmp_path}/service.db", count=6, seed=1)
    assert found.faults == []
    assert found.kills == 6
    assert found.acknowledged > 10
