"""Pages: anonymous first, then what each shows."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.console.conftest import Shelf, Visitor, scored

from salescope.console import LeadReason, LeadWish, PublishedModel
from salescope.frames.errors import SalescopeError

GUARDED = [
    "/console",
    "/console/leads",
    "/console/lead?id=L-001",
    "/console/models",
    "/console/models/7",
    "/console/forecasts",
    "/console/track-record",
]
PAGES = [
    *GUARDED,
    "/console/forecasts?level=rep&node=region%3DSouth%2Frep%3D4%2F5",
    "/console/leads?grade=B&page=2",
    "/console/track-record/churn",
]


@pytest.mark.parametrize("path", GUARDED)
def test_anonymous_is_sent_to_sign_in(visitor: Visitor, path: str):
    answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/sign-in"
    assert answer.content == b""


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_whole_in_both_languages(viewer: Visitor, path: str, language: str):
    viewer.cookies.set("salescope_language", language)
    answer = viewer.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{ {"en": "en", "zh": "zh-Hant"}[language] }">' in answer.text
    assert answer.text.count("<h1>") == 1
    assert answer.text.rstrip().endswith("</html>")


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_no_other_host_and_need_no_script_or_inline_style(viewer: Visitor, path: str):
    text = viewer.get(path).text
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', text)
    assert addresses
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in addresses)
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|@import", text)


@pytest.mark.parametrize("path", [*PAGES, "/console/sign-in"])
def test_pages_are_private_and_locked_down(viewer: Visitor, path: str):
    headers = viewer.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(("name", "kind"), [("console.css", "text/css"), ("icon.svg", "image/svg+xml")])
def test_assets_come_from_the_package_and_need_no_session(visitor: Visitor, name: str, kind: str):
    answer = visitor.get(f"/console/assets/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert "http" not in answer.text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("name", ["nothing.css", "..%2Fpages.py", "console.py"])
def test_nothing_else_is_served_as_an_asset(visitor: Visitor, name: str):
    assert visitor.get(f"/console/assets/{name}").status_code == 404


class TestOverview:
    def test_it_shows_the_model_its_figures_and_the_best_leads(self, viewer: Visitor):
        text = viewer.get("/console").text
        for shown in ("Version 7", "2026-02-28", "5,270", "0.845", "0.810 – 0.860", "0.392", "0.021", "0.034", "3.1 ×"):
            assert shown in text
        assert text.count('class="dot"') == 2
        assert "Latest kind of contact" in text
        assert [f"L-{number:03d}" in text for number in (0, 4, 5)] == [True, True, False]

    def test_a_model_without_signal_is_not_praised(self, viewer: Visitor, shelf: Shelf):
        card = shelf.promoted[0].card
        silent = card.model_copy(update={"verdict": card.verdict.model_copy(update={"signal": False})})
        shelf.promoted[0] = replace(shelf.promoted[0], card=silent)
        text = viewer.get("/console").text
        assert "No signal." in text
        assert "Tells won leads" not in text

    def test_without_a_model_and_without_leads_it_says_what_to_do(self, viewer: Visitor, shelf: Shelf):
        shelf.promoted, shelf.scores = [], []
        text = viewer.get("/console").text
        assert "salescope promote" in text
        assert "POST /v1/leads:score" in text

    def test_a_card_of_another_shape_does_not_break_it(self, viewer: Visitor, shelf: Shelf):
        shelf.promoted = [PublishedModel("8", "a" * 64, None)]
        answer = viewer.get("/console")
        assert answer.status_code == 200
        assert "Version 8" in answer.text


class TestLeads:
    def test_it_ranks_with_score_grade_chance_trend_and_reasons(self, viewer: Visitor):
        text = viewer.get("/console/leads").text
        assert text.count('<th scope="row">') == 25
        assert text.index("L-000") < text.index("L-001") < text.index("L-024")
        assert "83 %" in text
        assert "+3" in text
        assert "−3" in text
        assert "Source is &#39;referral&#39; – raises the chance" in text

    def test_a_grade_filters_and_stays_while_turning_pages(self, viewer: Visitor, shelf: Shelf):
        shelf.scores = [scored(number, grade="B") for number in range(60)]
        text = viewer.get("/console/leads?grade=B&page=2").text
        assert shelf.asked[-1] == LeadWish("B", page=2)
        assert 'href="/console/leads?grade=B&amp;page=1"' in text or 'href="/console/leads?grade=B&page=1"' in text
        assert "Page 2 of 3" in text

    @pytest.mark.parametrize("asked", ["grade=E", "grade=", "page=0", "page=-4", "page=x", "page=9e9", "page=१"])
    def test_nonsense_in_the_address_is_passed_over(self, viewer: Visitor, shelf: Shelf, asked: str):
        assert viewer.get(f"/console/leads?{asked}").status_code == 200
        assert shelf.asked[-1] == LeadWish()

    def test_a_page_beyond_the_last_says_so_kindly(self, viewer: Visitor):
        answer = viewer.get("/console/leads?page=99999999")
        assert answer.status_code == 200

    def test_a_grade_nobody_has_is_empty(self, viewer: Visitor, shelf: Shelf):
        shelf.scores = [scored(1)]
        assert "No lead has this grade now." in viewer.get("/console/leads?grade=D").text

    def test_reasons_stay_in_the_language_they_were_given_in(self, viewer: Visitor, shelf: Shelf):
        shelf.scores = [scored(1, reasons=(LeadReason("來源為「推薦」提高機會", 0.8),))]
        assert "來源為「推薦」提高機會" in viewer.get("/console/leads?language=en").text


class TestLead:
    def test_it_shows_signed_bars_the_strongest_raising_first(self, viewer: Visitor):
        text = viewer.get("/console/lead?id=L-001").text
        assert text.index("raises the chance") < text.index("lowers the chance")
        assert 'class="plus" x="100.0" width="100.0"' in text
        assert 'class="minus" x="50.0" width="50.0"' in text
        assert "+0.80" in text
        assert "−0.40" in text

    def test_it_shows_earlier_answers(self, viewer: Visitor):
        text = viewer.get("/console/lead?id=L-001").text
        assert "2026-02-27 09:30 UTC" in text
        assert "<polyline" in text

    def test_without_kept_reasons_it_says_so(self, viewer: Visitor, shelf: Shelf):
        shelf.scores = [scored(1, reasons=())]
        assert "No reasons were kept" in viewer.get("/console/lead?id=L-001").text

    @pytest.mark.parametrize("lead_id", ["a/b", "50 %?", "<b>x</b>", "線索#1", "..", "a\\b"])
    def test_any_id_has_a_page_that_the_ranking_links_to(self, viewer: Visitor, shelf: Shelf, lead_id: str):
        shelf.scores = [scored(1, lead_id=lead_id)]
        text = viewer.get("/console/leads").text
        link = re.search(r'<th scope="row"><a href="([^"]+)"', text)
        assert link is not None
        assert "<b>x</b>" not in text
        answer = viewer.get(link[1])
        assert answer.status_code == 200
        assert shelf.asked[-1] == lead_id

    def test_an_unknown_lead_is_not_found(self, viewer: Visitor):
        answer = viewer.get("/console/lead?id=nobody")
        assert answer.status_code == 404
        assert "There is no such lead" in answer.text


class TestModels:
    def test_it_lists_versions_and_shows_the_card_of_the_current_one(self, viewer: Visitor):
        text = viewer.get("/console/models").text
        assert text.index("In service") < text.index("Earlier")
        for shown in (
            "period 2026-02",
            "1,054",
            "Random folds flatter",
            "call_minutes_total",
            "Filled only once closed.",
        ):
            assert shown in text

    def test_a_version_whose_bundle_is_gone_says_so(self, viewer: Visitor):
        text = viewer.get("/console/models/6").text
        assert "not kept or cannot be read" in text

    def test_an_unknown_version_is_not_found(self, viewer: Visitor):
        assert viewer.get("/console/models/99").status_code == 404

    def test_without_a_model_it_says_what_to_do(self, viewer: Visitor, shelf: Shelf):
        shelf.promoted = []
        assert "salescope train leads" in viewer.get("/console/models").text


class TestLanguage:
    def test_the_choice_is_kept_in_a_cookie(self, viewer: Visitor):
        answer = viewer.get("/console?language=zh")
        assert "潛在客戶" in answer.text
        assert "SameSite=strict" in answer.headers["set-cookie"]
        assert "潛在客戶" in viewer.get("/console/models").text

    def test_the_browser_decides_until_somebody_chooses(self, visitor: Visitor):
        assert "登入" in visitor.get("/console/sign-in", headers={"accept-language": "zh-TW,en;q=0.5"}).text
        assert "Sign in" in visitor.get("/console/sign-in", headers={"accept-language": "de"}).text

    def test_an_unknown_language_is_passed_over(self, visitor: Visitor):
        answer = visitor.get("/console/sign-in?language=<script>")
        assert "Sign in" in answer.text
        assert "<script>" not in answer.text
        assert "set-cookie" not in answer.headers


def test_what_cannot_be_read_is_a_page_and_tells_nothing(viewer: Visitor, shelf: Shelf):
    shelf.fails = SalescopeError("The file /secret/place is damaged.")
    answer = viewer.get("/console")
    assert answer.status_code == 503
    assert "Not available right now" in answer.text
    assert "secret" not in answer.text


def test_behind_a_path_of_a_proxy_every_address_has_it(viewer: Visitor):
    viewer.cookies.clear()
    answer = Visitor(viewer.app, root_path="/crm").get("/console/sign-in")
    addresses = re.findall(r'(?:href|action)="(/[^"]*)"', answer.text)
    assert addresses
    assert all(address.startswith("/crm/console") for address in addresses if "language=" not in address)
