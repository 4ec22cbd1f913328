"""Which models answer, and what they read."""

from __future__ import annotations

from tests.service.place import CARD, made_leads

from salescope.bundle.scorers import bundle_model
from salescope.registry.published import publish
from salescope.service.lead_model import load_live_leads


def test_anonymous(client):
    assert client.get("/v1/models").status_code == client.get("/v1/models/leads").status_code == 401


def test_models_are_listed_with_their_figures(client, shared_place):
    body = client.get("/v1/models", headers=shared_place.headers("models:read")).json()
    (model,) = body["models"]
    assert (model["name"], model["version"], model["as_of"]) == ("leads", "1", "2026-02-28")
    assert model["figures"] == CARD["figures"]["newest"]
    assert body["request_id"]


def test_a_model_says_all_that_is_known_of_it(client, shared_place, scorer):
    body = client.get("/v1/models/leads", headers=shared_place.headers("models:read")).json()
    assert body["card"] == CARD
    assert body["input"] == scorer.input_schema()
    assert body["digest"] == load_live_leads(shared_place.leads).digest


def test_an_unknown_model_is_a_problem_that_lists_those_there_are(client, shared_place):
    answer = client.get("/v1/models/churn", headers=shared_place.headers("models:read"))
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/unknown-model"
    assert "'leads'" in answer.json()["detail"]
    assert "churn" not in answer.text


def test_before_the_first_promotion_the_list_is_empty(empty_place, start):
    running = start(empty_place.settings())
    headers = empty_place.headers("models:read")
    assert running.get("/v1/models", headers=headers).json()["models"] == []
    assert running.get("/v1/models/leads", headers=headers).status_code == 404


def test_the_base_is_everybody_s(shared_place, scorer):
    model = load_live_leads(shared_place.leads)
    records = [{"source": "web", "staff": 3}, {"source": "fair"}, {}]
    assert set(scorer.contributions(records)["base"]) == {model.base}


def test_a_card_of_another_form_costs_only_what_it_does_not_say(empty_place, start, scorer):
    rows = made_leads(seed=99, n_rows=4).drop(columns="outcome")
    files = bundle_model(scorer, canary_rows=rows, card={"data": 5, "figures": []}, made_with="0.1.0")
    publish(empty_place.leads, files, version="1")
    running = start(empty_place.settings())
    (model,) = running.get("/v1/models", headers=empty_place.headers("models:read")).json()["models"]
    assert (model["as_of"], model["figures"]) == (None, {})
