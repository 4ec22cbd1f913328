"""The console plugged into an application: it finds the running parts, and is open only where it guards itself."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from tests.console.conftest import NOW, Visitor

from salescope.console import SCOPE, console_extension
from salescope.store import create_key, open_store


@pytest.fixture
def app() -> FastAPI:
    made = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    made.include_router(console_extension(clock=lambda: NOW).router)
    return made


def test_the_root_leads_to_the_pages(app: FastAPI):
    assert Visitor(app).get("/").headers["location"] == "/console"
    assert Visitor(app, root_path="/crm").get("/").headers["location"] == "/crm/console"


def test_it_asks_for_a_session_wherever_it_needs_no_key():
    extension = console_extension()
    assert extension.open_paths == {"/", "/console"}
    assert extension.open_prefixes == ("/console/",)


def test_it_finds_store_and_models_of_the_running_application(app: FastAPI, tmp_path: Path):
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    key = create_key(store, label="Ada", scopes=[SCOPE], at=NOW).secret
    settings = SimpleNamespace(published=tmp_path / "published")
    app.state.wiring = SimpleNamespace(store=store, settings=settings, clock=lambda: NOW)
    visitor = Visitor(app)
    assert visitor.post("/console/sign-in", data={"key": key}).status_code == 303
    assert "No model is in service yet." in visitor.get("/console").text
    store.close()
