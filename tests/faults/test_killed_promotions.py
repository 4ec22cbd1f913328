"""A short form of acceptance row 12."""

from __future__ import annotations

from tests.acceptance.leads_12_kill_promotion import killed_at_every_boundary, killed_at_random


def test_a_promotion_killed_at_random_leaves_one_whole_bundle() -> None:
    found = killed_at_random(count=10)
    assert [(after.whole, after.recovered) for after in found] == [(True, True)] * 10


def test_a_promotion_killed_before_a_file_operation_leaves_one_whole_bundle() -> None:
    found = killed_at_every_boundary(step=4)
    assert len(found) > 10
    assert all(after.whole and after.recovered for after in found)
