"""The docs page asks no outside host for anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from salescope.service.problems import every_problem_type


class Addresses(HTMLParser):
    """Collects what a page makes a browser ask for, and anything inline."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [given[name] or "" for name in ("src", "href", "action", "data", "srcset") if name in given]
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


PAGES = ["/docs", "/problems", *(f"/problems/{slug}" for slug in every_problem_type())]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_only_its_own_host_and_holds_no_script(client, page):
    answer = client.get(page)
    assert answer.status_code == 200
    addresses = Addresses()
    addresses.feed(answer.text)
    assert [address for address in addresses.found if re.match(r"([a-z]+:)?//", address)] == []
    assert addresses.inline == []
    for address in addresses.found:
        assert client.get(str(answer.url.join(address))).status_code == 200


def test_the_start_script_names_no_host_and_turns_off_the_outside_validator(client):
    script = client.get("/docs/start.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "//" not in script.text
    assert "validatorUrl: null" in script.text


@pytest.mark.parametrize("page", ["/docs", "/problems", "/healthz", "/docs/assets/swagger-ui.css"])
def test_every_answer_has_the_security_headers(client, page):
    headers = client.get(page).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_nothing_is_served_from_outside_the_assets(client):
    for path in ("/docs/assets/../../../pyproject.toml", "/docs/assets/%2e%2e/__init__.py", "/docs/assets/"):
        assert client.get(path).status_code in {401, 404}
