"""The follower: publishes new champions, tells an error once, and waits before it tries the same again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from salescope.cli.follow import SECONDS_AFTER_ERROR, Follower
from salescope.frames.errors import RegistryError, TrialError
from salescope.registry import champion


class Registry:
    """Is a tracking store whose aliases tests move."""

    def __init__(self) -> None:
        self.version: str | None = "1"
        self.churn: str | None = None
        self.away = False

    def champion(self, name: str) -> str | None:
        if self.away:
            raise RegistryError("The tracking store is away", remedy="Start [it].")
        return self.churn if name == "churn" else self.version


class Scene:
    """Is a follower with everything around it made here."""

    def __init__(self, folder: Path) -> None:
        self.registry = Registry()
        self.now = 0.0
        self.bad = {"2"}
        self.tried: list[str] = []
        self.said: list[str] = []
        self.connected = 0
        folders = {"leads": folder / "leads", "churn": folder / "churn"}
        self.follower = Follower(self.connect, folders=folders, tell=self.said.append, clock=lambda: self.now)

    def connect(self) -> Registry:
        self.connected += 1
        self.registry.champion("leads")
        return self.registry

    def materialise(self, tracking: Registry, name: str, **_: object) -> SimpleNamespace | None:
        version = tracking.champion(name)
        if version is None or (version in self.tried and version not in self.bad):
            return None
        self.tried.append(version)
        if version in self.bad:
            raise TrialError("it crashed")
        return SimpleNamespace(version=version)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    made = Scene(tmp_path)
    monkeypatch.setattr(champion, "materialise", made.materialise)
    return made


def test_a_champion_is_published_once(scene: Scene):
    for _ in range(3):
        scene.follower.look()
    assert (scene.tried, scene.connected) == (["1"], 1)
    assert scene.said == ["leads version 1 serves now."]


def test_without_a_champion_nothing_happens(scene: Scene):
    scene.registry.version = None
    scene.follower.look()
    assert (scene.tried, scene.said) == ([], [])


def test_a_champion_that_failed_is_tried_again_after_a_while_and_told_once(scene: Scene):
    scene.registry.version = "2"
    scene.follower.look()
    scene.now = SECONDS_AFTER_ERROR - 0.1
    scene.follower.look()
    assert scene.tried == ["2"]
    scene.now = SECONDS_AFTER_ERROR
    scene.follower.look()
    assert scene.tried == ["2", "2"]
    assert len(scene.said) == 1
    assert "it crashed" in scene.said[0]
    scene.bad.clear()
    scene.tried.clear()
    scene.now *= 2
    scene.follower.look()
    assert scene.said[1:] == ["leads version 2 serves now."]


def test_a_model_that_cannot_be_published_holds_no_other_up(scene: Scene):
    scene.registry.version, scene.registry.churn = "2", "11"
    scene.follower.look()
    assert scene.tried == ["2", "11"]
    assert scene.said[0].startswith("The champion of leads was not published")
    assert scene.said[1:] == ["churn version 11 serves now."]
    scene.bad.add("11.1")
    scene.registry.churn = "11.1"
    scene.follower.look()
    assert scene.tried == ["2", "11", "11.1"]
    assert scene.said[2].startswith("The champion of churn was not published")


def test_when_the_alias_moves_the_new_champion_is_tried_at_once(scene: Scene):
    scene.registry.version = "2"
    scene.follower.look()
    scene.registry.version = "3"
    scene.follower.look()
    assert scene.tried == ["2", "3"]
    scene.registry.version = "2"
    scene.follower.look()
    assert scene.tried == ["2", "3", "2"]
    assert len(scene.said) == 3


def test_a_registry_that_is_away_from_the_start_is_asked_until_it_answers(scene: Scene):
    scene.registry.away = True
    for _ in range(3):
        scene.follower.look()
    assert scene.connected == 3
    assert len(scene.said) == 1
    # Rich reads brackets as markup, and would leave them out of the line.
    assert r"\[it]" in scene.said[0]
    scene.registry.away = False
    scene.follower.look()
    assert scene.said[1:] == ["leads version 1 serves now."]


def test_a_disk_that_is_full_is_told_and_survived(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(champion, "materialise", fail)
    scene.follower.look()
    assert "No space left" in scene.said[0]
