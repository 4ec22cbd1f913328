"""Several models answer side by side: each is swapped, refused and listed by itself."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from salescope.bundle import KINDS
from salescope.frames.errors import DamagedBundleError, NothingPublishedError
from salescope.project import ModelName
from salescope.registry.published import POINTER, publish
from salescope.scoring import LeadScorer
from salescope.service.errors import NoModelError
from salescope.service.lead_model import load_live_leads
from salescope.service.live_models import KIND_OF, LOADERS, LiveModels, loader_of

# The second model may be of any kind; here it is one more scorer.
TWO = {"leads": load_live_leads, "churn": loader_of("lead_scorer")}


def looked_at(published: Path) -> LiveModels:
    """Gives the models of a folder after one look."""
    with ThreadPoolExecutor(1) as pool:
        models = LiveModels(published, pool=pool, loaders=TWO)
        asyncio.run(models.check())
    return models


def test_each_model_is_loaded_from_its_own_folder(place, other_bundle):
    publish(place.published / "churn", other_bundle, version="4")
    models = looked_at(place.published)
    assert {name: (model.name, model.version) for name, model in models.loaded.items()} == {
        "leads": ("leads", "1"),
        "churn": ("churn", "4"),
    }
    assert models["leads"].digest != models["churn"].digest
    assert (models.first.name, models.warnings) == ("leads", [])


def test_one_model_is_enough_and_the_absent_one_says_what_to_do(empty_place, other_bundle):
    publish(empty_place.published / "churn", other_bundle, version="4")
    models = looked_at(empty_place.published)
    assert models.first.name == "churn"
    with pytest.raises(NoModelError, match=r"salescope promote leads"):
        models["leads"]


def test_without_any_the_first_says_what_to_do(empty_place):
    models = looked_at(empty_place.published)
    assert models.loaded == {}
    with pytest.raises(NoModelError, match=r"salescope promote leads"):
        _ = models.first


def test_a_model_that_cannot_be_loaded_is_named_and_holds_no_other_up(place, other_bundle):
    published = publish(place.published / "churn", other_bundle, version="4")
    (published.path / "card.json").write_bytes(b"{}")
    models = looked_at(place.published)
    assert list(models.loaded) == ["leads"]
    (warning,) = models.warnings
    assert "'churn'" in warning
    assert "card.json" in warning
    (place.leads / POINTER).write_text("{")
    with pytest.raises(NoModelError, match=r"'leads'.*'churn'"):
        _ = looked_at(place.published).first


def test_a_service_lists_every_model_and_is_ready_with_any(empty_place, other_bundle, start, monkeypatch):
    monkeypatch.setattr("salescope.service.app.LOADERS", TWO)
    publish(empty_place.published / "churn", other_bundle, version="4")
    running = start(empty_place.settings())
    ready = running.get("/readyz").json()
    assert (ready["status"], ready["model"], ready["version"]) == ("ready", "churn", "4")
    assert [model["name"] for model in ready["models"]] == ["churn"]
    headers = empty_place.headers("models:read")
    assert [model["name"] for model in running.get("/v1/models", headers=headers).json()["models"]] == ["churn"]
    assert running.get("/v1/models/churn", headers=headers).json()["version"] == "4"
    unknown = running.get("/v1/models/leads", headers=headers)
    assert (unknown.status_code, "'churn'" in unknown.json()["detail"]) == (404, True)
    asked = running.post("/v1/leads:score", json={"records": [{}]}, headers=empty_place.headers("leads:score"))
    assert (asked.status_code, asked.json()["type"]) == (503, "/problems/no-model")


def test_every_model_has_a_kind_and_every_kind_of_bundle_a_model():
    # The service answers about sales from published tables, and never loads what forecasts them.
    assert {"leads", "sales", *KIND_OF} == set(ModelName)
    assert {"lead_scorer", "sales_forecaster", *KIND_OF.values()} >= set(KINDS)
    assert set(LOADERS) == {"leads", *(model for model, kind in KIND_OF.items() if kind in KINDS)}


def test_a_bundle_of_another_kind_than_the_models_is_refused(place, monkeypatch):
    class Other(LeadScorer):
        kind = "other"

    monkeypatch.setattr("salescope.service.live_models.KINDS", {"other": lambda: Other})
    with pytest.raises(DamagedBundleError, match="its kind is 'lead_scorer'; accepted: 'other'"):
        loader_of("other")(place.leads)


def test_every_loader_refuses_a_folder_where_nothing_is():
    for name, load in LOADERS.items():
        with pytest.raises(NothingPublishedError):
            load(Path("nowhere", name))
