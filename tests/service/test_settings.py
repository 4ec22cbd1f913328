"""Settings come from the environment, are checked, and hide what is secret."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from salescope.service import ServiceSettings


def made(**changes: object) -> ServiceSettings:
    return ServiceSettings(**{"published": "published", "store_url": "sqlite:///service.db", **changes})


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.7", False),
        ("sales.example", False),
    ],
)
def test_docs_are_open_only_where_nobody_else_can_reach_them(host, loopback):
    assert made(host=host).is_loopback is made(host=host).docs_open is loopback
    assert made(host=host, docs_public=True).docs_open is True
    assert made(host=host, docs_public=False).docs_open is False


def test_every_setting_can_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("SALESCOPE_PUBLISHED", "elsewhere")
    monkeypatch.setenv("SALESCOPE_STORE_URL", "postgresql+psycopg://me:s3cret@db/salescope")
    monkeypatch.setenv("SALESCOPE_MAX_RECORDS", "10")
    settings = ServiceSettings()
    assert (str(settings.published), settings.max_records) == ("elsewhere", 10)
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in settings.model_dump_json()


@pytest.mark.parametrize(
    "change",
    [{"port": 70_000}, {"max_records": 0}, {"max_body": 5}, {"max_depth": 2}, {"watch_seconds": 0}, {"prot": 1}],
)
def test_a_setting_that_cannot_be_meant_is_refused(change):
    with pytest.raises(ValidationError):
        made(**change)


def test_settings_do_not_change():
    with pytest.raises(ValidationError):
        made().port = 1
