"""Problems: one table that is complete, bodies that quote nothing, pages that say what to do."""

from __future__ import annotations

import importlib
import pkgutil
import re

import msgspec
import pytest
from fastapi import APIRouter
from starlette.requests import Request
from tests.service.place import Addresses

import salescope
from salescope.frames.errors import SalescopeError, UnknownNameError
from salescope.service import errors
from salescope.service.problems import HTTP_PROBLEMS, PROBLEMS, every_problem_type, problem_of


def every_error() -> set[type[SalescopeError]]:
    """Finds every class of error in every module that can be imported without acting."""
    for module in pkgutil.walk_packages(salescope.__path__, "salescope."):
        if re.search(r"\.(errors|door|tracking|leakage|trial)$", module.name):
            importlib.import_module(module.name)
    found: set[type[SalescopeError]] = set()
    waiting = [SalescopeError]
    while waiting:
        kind = waiting.pop()
        found.add(kind)
        waiting.extend(kind.__subclasses__())
    # The console's pages show its errors as pages; they never become answers of the API.
    return {kind for kind in found if kind.__module__.startswith("salescope.") and ".console." not in kind.__module__}


def test_every_error_is_a_problem_of_its_own_family():
    forgotten = {kind.__name__ for kind in every_error() if PROBLEMS.keys().isdisjoint(kind.__mro__)}
    assert forgotten == {"SalescopeError"}
    assert len(every_error()) > 30


def test_every_class_in_the_table_exists_once_and_every_slug_means_one_thing():
    kinds = [*PROBLEMS.values(), *HTTP_PROBLEMS.values()]
    by_slug: dict[str, set[int]] = {}
    for kind in kinds:
        by_slug.setdefault(kind.slug, set()).add(kind.status)
    assert {slug for slug, statuses in by_slug.items() if len(statuses) > 1} == set()
    assert {len(kind.title) > 0 and kind.remedy.endswith((".", ";")) for kind in kinds} == {True}


@pytest.mark.parametrize("slug", sorted(every_problem_type()))
def test_every_type_leads_to_a_page(client, slug):
    answer = client.get(f"/problems/{slug}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert slug in answer.text


def test_the_index_lists_every_type(client):
    page = client.get("/problems").text
    assert all(f'href="problems/{slug}"' in page for slug in every_problem_type())


def test_an_unknown_type_is_no_page(client):
    assert client.get("/problems/no-such-thing").status_code == 404


def test_the_readme_documents_every_type(repository):
    text = (repository / "serving" / "README.md").read_text(encoding="utf-8")
    assert [slug for slug in every_problem_type() if f"`{slug}`" not in text] == []


def test_another_address_and_another_method_are_problems(client, shared_place):
    headers = shared_place.headers("admin")
    missing = client.get("/v1/nowhere", headers=headers)
    wrong = client.get("/v1/leads:score", headers=headers)
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "/problems/method-not-allowed")
    assert wrong.headers["allow"] == "POST"
    assert {answer.headers["content-type"] for answer in (missing, wrong)} == {"application/problem+json"}


def test_details_of_our_own_mistakes_stay_with_us():
    for error in (ZeroDivisionError("s3cret"), SalescopeError("s3cret"), errors.ServiceError("s3cret")):
        assert "s3cret" not in msgspec.json.encode(problem_of(error)).decode()


def test_details_of_the_caller_s_mistakes_are_told():
    problem = problem_of(UnknownNameError("sorce", what="column", where="leads", accepted=["source"]))
    assert problem.status == 422
    assert "did you mean 'source'" in problem.detail


async def fail(request: Request) -> None:
    raise ZeroDivisionError("s3cret")


def test_a_failure_of_ours_is_a_problem_without_a_trace(place, start):
    router = APIRouter()
    router.add_api_route("/fail", fail, response_model=None)
    running = start(place.settings(), extensions=[Addresses(router)])
    answer = running.get("/fail", headers={**place.headers("admin"), "X-Request-Id": "find-me"})
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/internal"
    assert answer.json()["request_id"] == "find-me"
    assert "s3cret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert running.get("/healthz").status_code == 200


@pytest.mark.parametrize("given", ["a", "crm-2026.03_01", "A" * 64])
def test_a_sane_request_id_is_echoed(client, given):
    answer = client.get("/healthz", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] == given == answer.json()["request_id"]


@pytest.mark.parametrize("given", ["", "a b", "A" * 65, "<script>", "é".encode()])
def test_another_request_id_is_replaced(client, given):
    answer = client.get("/healthz", headers={"X-Request-Id": given})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


def test_no_answer_names_the_server(client):
    assert "server" not in client.get("/healthz").headers
