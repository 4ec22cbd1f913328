"""Published customers: by id, ranked, page by page, and what is refused."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.service.place import made_place
from tests.store.made import made_edition, made_profile, made_profiles

from salescope.store import open_store, publish_profiles, retire_publications

CONTENT = {
    "customer_id": "C-1",
    "tier": {"name": "loyal", "label": "Loyal", "recency": 4, "frequency": 5, "money": None},
    "churn": {"probability": 0.31, "grade": "B"},
    "next": {"step": "visit", "gain": 12.5, "rank": 1},
    "products": [{"product_id": "P-7", "score": 0.5, "reason": "often bought with P-3"}],
    "models": {"churn": "3"},
}
ODD_IDS = ["C-2", "x" * 200, "客戶-7", "..%2e", "a b&c=d?#", "'; DROP TABLE customer_profiles; --"]


@pytest.fixture
def published(place):
    store = open_store(place.settings().store_url.get_secret_value())
    for day, chance in ((0, 0.25), (1, 0.31)):
        content = {**CONTENT, "churn": {"probability": chance, "grade": "B"}}
        mine = made_profile(content=content, churn_probability=chance, expected_money=80.5, tier="loyal", owner="Lin")
        others = [made_profile(customer_id=odd, rank_score=-1.0, region="東", content={}) for odd in ODD_IDS]
        publish_profiles(store, [mine, *others], of=made_edition(day))
    yield store
    store.close()


@pytest.fixture
def ask(place, published, start):
    running = start(place.settings())
    return lambda path, **query: running.get(path, params=query or None, headers=place.headers("customers:read"))


def test_a_customer_is_told_with_its_age_and_what_was_said_before(ask):
    answer = ask("/v1/customers/C-1")
    body = answer.json()
    assert body["publication"] == {
        "as_of": "2026-03-02T12:00:00Z",
        "at": "2026-03-02T12:00:00Z",
        "currency": "EUR",
        "versions": {"churn": "3", "value": "1"},
        "customers": 7,
    }
    assert body["profile"] == CONTENT
    assert (body["tier"], body["owner"], body["expected_money"]) == ("loyal", "Lin", 80.5)
    assert (body["churn_probability"], body["previous"]["churn_probability"]) == (0.31, 0.25)
    assert body["previous"]["publication"]["as_of"] == "2026-03-01T12:00:00Z"
    assert body["request_id"] == answer.headers["x-request-id"]


def test_recommended_products_are_those_of_the_profile(ask):
    assert ask("/v1/customers/C-1/products").json()["products"] == CONTENT["products"]
    assert ask("/v1/customers/C-2/products").json()["products"] == []


@pytest.mark.parametrize("customer_id", ODD_IDS)
def test_odd_ids_are_found(ask, customer_id):
    assert ask(f"/v1/customers/{quote(customer_id, safe='')}").json()["customer_id"] == customer_id


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/v1/customers/nobody", 404, "unknown-customer"),
        ("/v1/customers/nobody/products", 404, "unknown-customer"),
        ("/v1/customers/%ff", 404, "unknown-customer"),
        ("/v1/customers/a%2Fb", 404, "not-found"),
        ("/v1/customers/a%00b", 422, "hostile-value"),
        ("/v1/customers/" + "x" * 201, 422, "hostile-value"),
        ("/v1/customers/C-1?top=3", 422, "request-shape"),
        ("/v1/customers?limit=0", 422, "request-shape"),
        ("/v1/customers?limit=1001", 422, "request-shape"),
        ("/v1/customers?limit=1e2", 422, "request-shape"),
        ("/v1/customers?limit=" + "9" * 1_000, 422, "request-shape"),
        ("/v1/customers?limit=%D9%A3", 422, "request-shape"),
        ("/v1/customers?region=", 422, "request-shape"),
        ("/v1/customers?region=a&region=b", 422, "request-shape"),
        ("/v1/customers?region=" + "x" * 201, 422, "hostile-value"),
        ("/v1/customers?tier=a%00b", 422, "request-shape"),
        ("/v1/customers?representative=Lin", 422, "request-shape"),
        ("/v1/customers?cursor=s3cret", 404, "unknown-cursor"),
        ("/v1/customers?cursor=" + "x" * 2_001, 422, "request-shape"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(ask, path, status, kind):
    answer = ask(path)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert "s3cret" not in answer.text


def test_nobody_without_a_key_or_with_another_scope_reads_a_customer(place, published, start):
    running = start(place.settings())
    for path in ("/v1/customers", "/v1/customers/C-1", "/v1/customers/C-1/products"):
        assert running.get(path).status_code == 401
        assert running.get(path, headers=place.headers("models:read")).status_code == 403


def test_before_the_first_table_the_ranking_is_empty(tmp_path, start):
    place = made_place(tmp_path)
    running = start(place.settings())
    body = running.get("/v1/customers", headers=place.headers("customers:read")).json()
    assert (body["publication"], body["customers"], body["next_cursor"]) == (None, [], None)
    answer = running.get("/v1/customers/C-1", headers=place.headers("customers:read"))
    assert answer.status_code == 404
    assert "salescope score customers" in answer.json()["detail"]


def test_pages_are_one_ranking_of_one_table_whatever_is_published_meanwhile(place, start):
    store = open_store(place.settings().store_url.get_secret_value())
    publish_profiles(store, made_profiles(40), of=made_edition())
    running = start(place.settings())
    headers = place.headers("customers:read")
    asked, seen, pages = "/v1/customers?limit=4&region=N", [], 0
    while asked:
        answer = running.get(asked, headers=headers)
        assert answer.json()["publication"]["customers"] == 40
        seen += [customer["customer_id"] for customer in answer.json()["customers"]]
        asked = answer.links["next"]["url"] if "next" in answer.links else None
        assert (asked is None) == (answer.json()["next_cursor"] is None)
        publish_profiles(store, made_profiles(3), of=made_edition(pages := pages + 1))
    wanted = [profile for profile in made_profiles(40) if profile.region == "N"]
    assert seen == [it.customer_id for it in sorted(wanted, key=lambda it: (-it.rank_score, it.customer_id))]
    first = running.get("/v1/customers", params={"limit": 1}, headers=headers).json()
    publish_profiles(store, made_profiles(3), of=made_edition(pages + 1))
    retire_publications(store, keep=1)
    store.close()
    late = running.get("/v1/customers", params={"cursor": first["next_cursor"]}, headers=headers)
    assert (late.status_code, late.json()["type"]) == (404, "/problems/unknown-cursor")


def test_filters_hold_together_and_the_next_step_is_told(ask):
    body = ask("/v1/customers", tier="loyal", owner="Lin", limit="5").json()
    assert [(customer["customer_id"], customer["next"]["step"]) for customer in body["customers"]] == [("C-1", "visit")]
    assert ask("/v1/customers", tier="lost").json()["customers"] == []
    assert len(ask("/v1/customers", region="東").json()["customers"]) == len(ODD_IDS)
