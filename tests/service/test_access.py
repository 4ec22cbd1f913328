"""Who is let in: every address wants a key, except the few that are meant to be open."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

import pytest
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from tests.service.place import LEAD, NOW, Addresses, made_place, payments_bundle, publish_sales, segments_bundle
from tests.store.made import made_edition, made_profile

from salescope.registry import publish
from salescope.service import ServiceSettings, create_app, serve
from salescope.service.errors import AddressTakenError, PublicWithoutKeyError
from salescope.store import create_key, open_store, publish_profiles, revoke_key

OPEN = {"/healthz", "/readyz"}


def operations() -> list[tuple[str, str, str | None]]:
    """Lists method, path and scope of everything in the OpenAPI file."""
    described = create_app(ServiceSettings(published="published", store_url="sqlite:///service.db")).openapi()
    return [
        (method.upper(), path.replace("{name}", "leads").replace("{id}", "C-1"), operation.get("x-scope"))
        for path, item in described["paths"].items()
        for method, operation in item.items()
    ]


OUTCOME = {
    "key": "crm-1",
    "subject_kind": "lead",
    "subject_id": "L-1",
    "kind": "won",
    "happened_at": "2026-03-01",
}
BODIES = {
    "/v1/outcomes": {"outcomes": [OUTCOME]},
    "/v1/customers:score": {"records": [{"customer_id": "C-1"}]},
    "/v1/invoices:score": {"records": [{"issued_at": "2026-02-01"}]},
    "/v1/leads:score": {"records": [LEAD]},
    "/v1/forecasts:what-if": {},
}
# What they answer to a whole body, and for a plan that is there, is told in test_targets.
OF_PLANS = ("/v1/plans", "/v1/targets:", "/v1/budget:", "/v1/bonus:", "/v1/territories:")
GUARDED = [operation for operation in operations() if operation[1] not in OPEN]


@pytest.fixture(scope="module")
def shared_place(tmp_path_factory, bundle):
    """Gives a place that every address can answer from."""
    place = made_place(tmp_path_factory.mktemp("place"), bundle)
    publish(place.published / "segments", segments_bundle(), version="1")
    publish(place.published / "payments", payments_bundle(), version="1")
    store = open_store(place.settings().store_url.get_secret_value())
    publish_profiles(store, [made_profile()], of=made_edition())
    store.close()
    publish_sales(place)
    return place


def test_every_address_is_covered_here():
    assert len(operations()) == 33
    assert {path for _, path, scope in operations() if scope is None} == OPEN


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_anonymous_is_told_to_bring_a_key(client, method, path, scope):
    answer = client.request(method, path, json=BODIES.get(path))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="salescope"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/missing-key"


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_another_scope_is_told_which_one_is_needed(client, shared_place, method, path, scope):
    body = BODIES.get(path)
    answer = client.request(method, path, json=body, headers=shared_place.headers("console:read"))
    assert answer.status_code == 403
    assert answer.headers["www-authenticate"].endswith(f'error="insufficient_scope", scope="{scope}"')
    assert scope in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_the_right_scope_is_let_in(client, shared_place, method, path, scope):
    answer = client.request(method, path, json=BODIES.get(path), headers=shared_place.headers(scope))
    if path.startswith(OF_PLANS) and (method, path) != ("GET", "/v1/plans"):
        assert answer.status_code == (404 if method == "GET" else 415), answer.text
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("path", sorted(OPEN))
def test_health_needs_no_key(client, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/", "/nowhere", "/v1", "/v1/leads", "/docs/../v1/models", "/metrics"])
def test_without_a_key_nobody_learns_which_addresses_there_are(client, path):
    assert client.get(path).status_code == 401


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Basic {key}",
        "{key}",
        "Bearer {key}x",
        "Bearer x{key}",
        "Bearer {key} {key}",
        "Bearer " + "x" * 10_000,
        "Bearer sé_0123456789_" + "x" * 32,
        "Bearer ss_0123456789_" + "x" * 32,
    ],
)
def test_a_wrong_header_opens_nothing(client, shared_place, value):
    sent = value.replace("{key}", shared_place.keys["admin"]).encode()
    answer = client.get("/v1/models", headers={"Authorization": sent})
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/invalid-key"
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert shared_place.keys["admin"] not in answer.text


def test_the_scheme_may_be_written_in_any_case(client, shared_place):
    answer = client.get("/v1/models", headers={"Authorization": f"bEARER {shared_place.keys['admin']}"})
    assert answer.status_code == 200


def test_two_keys_in_one_call_are_refused(client, shared_place):
    headers = [("Authorization", f"Bearer {shared_place.keys[scope]}") for scope in ("admin", "models:read")]
    assert client.get("/v1/models", headers=headers).status_code == 401


def test_a_revoked_key_is_refused_once_it_is_no_longer_believed(place, start):
    running = start(place.settings(key_seconds=0))
    headers = place.headers("models:read")
    assert running.get("/v1/models", headers=headers).status_code == 200
    store = open_store(place.settings().store_url.get_secret_value())
    revoke_key(store, place.keys["models:read"].split("_")[1], at=NOW)
    store.close()
    assert running.get("/v1/models", headers=headers).status_code == 401


def test_an_expired_key_is_refused(place, start):
    store = open_store(place.settings().store_url.get_secret_value())
    old = create_key(store, label="old", scopes=["admin"], at=NOW - timedelta(days=2), expires_at=NOW)
    store.close()
    running = start(place.settings())
    assert running.get("/v1/models", headers={"Authorization": f"Bearer {old.secret}"}).status_code == 401


async def begin(settings: ServiceSettings) -> None:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        pass


def test_a_public_service_without_a_key_does_not_start(tmp_path):
    settings = ServiceSettings(published=tmp_path, store_url=f"sqlite:///{tmp_path}/service.db", host="0.0.0.0")
    with pytest.raises(PublicWithoutKeyError, match=r"'0\.0\.0\.0'.*salescope keys create"):
        asyncio.run(begin(settings))
    with pytest.raises(PublicWithoutKeyError):
        serve(settings)


def test_a_public_service_with_a_key_starts_and_keeps_its_docs_to_itself(place, start):
    running = start(place.settings(host="0.0.0.0"))
    assert running.get("/healthz").status_code == 200
    for path in ("/docs", "/openapi.json", "/docs/start.js", "/docs/assets/swagger-ui.css"):
        assert running.get(path).status_code == 401
        assert running.get(path, headers=place.headers("models:read")).status_code == 200


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def test_an_extension_adds_addresses_behind_the_same_door(place, start):
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/console", hello)
    router.add_api_route("/console/sign-in", hello)
    running = start(place.settings(), extensions=[Addresses(router, open_paths=frozenset({"/console/sign-in"}))])
    assert running.get("/console").status_code == 401
    assert running.get("/console/sign-in").text == "hello"
    assert running.get("/console", headers=place.headers("console:read")).text == "hello"


def test_a_port_that_another_program_has_is_named(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = ServiceSettings(published=tmp_path, store_url=f"sqlite:///{tmp_path}/s.db", port=port)
        with pytest.raises(AddressTakenError, match=rf"127\.0\.0\.1:{port}.*give another one"):
            serve(settings)
