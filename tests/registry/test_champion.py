"""The champion reaches the published folder; what fails its trial reaches neither."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bundle.made import made_bundle
from tests.registry.test_tracking import register

from salescope.frames.errors import NoEarlierBundleError, TrialError
from salescope.registry import champion as module
from salescope.registry.champion import materialise, promote_version, roll_back
from salescope.registry.published import current, load_current, publish
from salescope.registry.tracking import CHAMPION, Tracking


@pytest.fixture(autouse=True)
def trials(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Notes the trials instead of starting processes, which test_trial does."""
    held: list[Path] = []
    monkeypatch.setattr(module, "offer", lambda staged, **_: held.append(staged))
    return held


def test_the_poller_publishes_a_new_champion_once(tracking: Tracking, tmp_path: Path, trials: list[Path]) -> None:
    assert materialise(tracking, "polled", folder=tmp_path) is None
    tracking.set_alias("polled", CHAMPION, version=register(tracking, name="polled"))
    published = materialise(tracking, "polled", folder=tmp_path)
    assert published is not None
    assert published.version == "1"
    assert load_current(tmp_path)[1] == made_bundle()
    assert materialise(tracking, "polled", folder=tmp_path) is None
    assert len(trials) == 1


def test_promotion_moves_alias_and_pointer_and_rollback_moves_both_back(tracking: Tracking, tmp_path: Path) -> None:
    first, second = register(tracking, name="moved"), register(tracking, name="moved", seed=1)
    promote_version(tracking, "moved", version=first, folder=tmp_path)
    assert promote_version(tracking, "moved", version=second, folder=tmp_path).version == second
    assert promote_version(tracking, "moved", version=second, folder=tmp_path) == current(tmp_path)
    assert roll_back(tracking, "moved", folder=tmp_path).version == first
    champion = tracking.champion("moved")
    assert champion is not None
    assert champion.version == current(tmp_path).version == first
    assert materialise(tracking, "moved", folder=tmp_path) is None
    with pytest.raises(NoEarlierBundleError):
        roll_back(tracking, "moved", folder=tmp_path)


def test_a_bundle_that_fails_its_trial_becomes_neither_champion_nor_current(
    tracking: Tracking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, made_bundle(1), version="0")
    version = register(tracking, name="failed")

    def fail(_: Path, **__: object) -> None:
        raise TrialError("the process was ended by signal 11")

    monkeypatch.setattr(module, "offer", fail)
    with pytest.raises(TrialError, match=r"signal 11\. The current bundle stays"):
        promote_version(tracking, "failed", version=version, folder=tmp_path)
    assert tracking.champion("failed") is None
    assert current(tmp_path).version == "0"
