"""The console as a person meets it: a real browser in front of the real service."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.browser.chromium import Browser
from tests.browser.conftest import House

from salescope.store.reasons import MOST_REASONS

WIDTHS = [390, 1280]
FORECAST = "/console/forecasts?node=region%3D%E5%8C%97%E5%8D%80%2Frep%3DR-1"


def signed_in(browser: Browser, house: House) -> Browser:
    browser.open(f"{house.address}/console")
    browser.fill("#key", house.key)
    browser.click("main button")
    return browser


def hosts(browser: Browser) -> set[str]:
    return {urlsplit(address).netloc for address in browser.requested if address.startswith("http")}


def test_a_person_signs_in_looks_around_and_signs_out(browser: Browser, house: House):
    browser.open(f"{house.address}/console")
    assert browser.path == "/console/sign-in"
    browser.fill("#key", "ss_0000000000_wrong")
    browser.click("main button")
    assert "does not open" in browser.text("[role=alert]")
    browser.fill("#key", house.key)
    browser.click("main button")
    assert browser.path == "/console"
    assert browser.text("h1") == "Lead scores"
    assert house.key not in " ".join(browser.requested)
    browser.click(".side button")
    assert browser.path == "/console/sign-in"
    browser.open(f"{house.address}/console/leads")
    assert browser.path == "/console/sign-in"


def test_the_overview_shows_the_figures_of_the_card(browser: Browser, house: House):
    signed_in(browser, house)
    figures = house.exhibit.card["figures"]["newest"]
    shown = browser.text(".figures")
    for value in (figures["auc"], figures["log_loss"], house.exhibit.card["calibration"]["error"]):
        assert f"{value:.3f}" in shown
    assert browser.run("document.querySelectorAll('.plot .dot').length") == len(house.exhibit.card["reliability"])


def test_the_ranking_leads_to_a_lead_and_its_reasons(browser: Browser, house: House):
    signed_in(browser, house)
    browser.click("nav a[href$='/leads']")
    scores = [int(text) for text in browser.texts(".scored b")]
    assert scores == sorted(scores, reverse=True)
    best = house.exhibit.scores.sort_values(["score", "probability"], ascending=False).iloc[0]
    assert browser.text("tbody a") == best["lead_id"]
    browser.click("tbody a")
    assert browser.text("h1") == best["lead_id"]
    told = browser.texts(".signed tbody th")
    strongest = sorted(best["reasons"], key=lambda reason: -abs(reason.contribution))[:MOST_REASONS]
    assert sorted(told) == sorted(reason.text for reason in strongest)
    signs = [text[0] for text in browser.texts(".signed tbody .n")]
    assert signs == sorted(signs, key="+−".index)


def test_a_grade_filters_the_ranking(browser: Browser, house: House):
    signed_in(browser, house)
    browser.open(f"{house.address}/console/leads?grade=D")
    assert set(browser.texts("tbody .grade")) == {"D"}


def test_the_track_record_is_in_the_navigation_and_shows_what_came_true(browser: Browser, house: House):
    signed_in(browser, house)
    browser.click("nav a[href$='/track-record']")
    assert browser.text("h1") == "Track record"
    closed = len(house.exhibit.scores.iloc[::2])
    assert browser.text(".figure b") == str(closed)
    drawn = browser.texts(".time-plots figcaption")
    assert drawn[0] == "Calibration error"
    assert browser.run("document.querySelectorAll('.time-plots svg').length") == len(drawn)
    # The stylesheet reached the drawings: a point has the colour of its version, which the policy lets no page say inline.
    colours = browser.run(
        "[getComputedStyle(document.querySelector('.time-plots circle')).fill, getComputedStyle(document.body).color]"
    )
    assert colours[0] != colours[1]
    assert "blind to a change of concept" in browser.text("main")
    browser.click(".tabs a[href$='/churn']")
    assert "Nothing to judge yet" in browser.text("main")
    assert browser.complaints == []


def test_forecasts_lead_from_the_total_to_a_node_with_its_intervals(browser: Browser, house: House):
    signed_in(browser, house)
    browser.click("nav a[href$='/forecasts']")
    assert browser.text("h1") == "Total"
    assert browser.run("document.querySelectorAll('.forecast-plot .dot').length") == 12
    assert browser.run("document.querySelectorAll('.forecast-plot polygon').length") == 2
    # The stylesheet reached the drawing, and the forecast lies inside its intervals as they are seen.
    assert browser.run(NESTED) == [True, True, "none"]
    assert "held 75 %" in browser.text(".legend")
    browser.click(".tabs a[href$='level=rep']")
    browser.click(".nodes tr:last-child a")
    assert browser.text("h1") == "北區 / R-2"
    assert browser.text(".nodes .chosen th") == "北區 / R-2"
    assert "not measured" in browser.text("thead")
    assert len(browser.texts(".after-columns tbody tr")) == 12
    assert browser.complaints == []


NESTED = """
(() => {
  const box = name => document.querySelector(`.forecast-plot ${name}`).getBoundingClientRect();
  const [wide, narrow, line] = [box('.band-95'), box('.band-80'), box('.ahead')];
  return [wide.top <= narrow.top && narrow.top <= line.top, wide.bottom >= narrow.bottom && narrow.bottom >= line.bottom,
          getComputedStyle(document.querySelector('.forecast-plot .ahead')).fill];
})()
"""


def test_the_pages_speak_chinese_when_asked(browser: Browser, house: House):
    signed_in(browser, house)
    browser.click("a[hreflang=zh]")
    assert browser.text("h1") == "潛在客戶評分"
    browser.click("nav a[href$='/leads']")
    browser.click("tbody a")
    assert "為何是這個分數" in browser.texts("h2")
    assert browser.run("document.documentElement.lang") == "zh-Hant"


def test_everything_works_without_scripts_and_asks_no_other_host(browser: Browser, house: House):
    browser.without_scripts()
    signed_in(browser, house)
    for path in ("/console/leads", "/console/models", "/console/leads?grade=A"):
        browser.open(f"{house.address}{path}")
        assert browser.text("h1")
    assert hosts(browser) == {urlsplit(house.address).netloc}
    assert browser.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_no_page_is_wider_than_its_window_and_all_text_can_be_read(
    browser: Browser, house: House, width: int, dark: bool
):
    browser.size(width, 900)
    browser.prefer(dark=dark)
    signed_in(browser, house)
    lead = house.exhibit.scores["lead_id"].iloc[0]
    shown = ("/console", "/console/leads", f"/console/lead?id={lead}", "/console/models", "/console/track-record")
    for path in (*shown, FORECAST):
        browser.open(f"{house.address}{path}")
        assert browser.run("document.documentElement.scrollWidth") <= width, path
        assert browser.run(WORST_CONTRAST) >= 4.5, path


# The lowest contrast of any text against the nearest filled background behind it, by WCAG 2.
WORST_CONTRAST = """
(() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const filled = parts(getComputedStyle(at).backgroundColor);
      if (filled.length < 4 || filled[3] > .99) return filled;
    }
    return [255, 255, 255];
  };
  let worst = 21;
  for (const node of document.body.querySelectorAll('*')) {
    const own = [...node.childNodes].some(part => part.nodeType === 3 && part.data.trim());
    if (!own || !node.checkVisibility() || node.closest('svg, .skip')) continue;
    const [a, b] = [light(parts(getComputedStyle(node).color)), light(behind(node))];
    worst = Math.min(worst, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
  }
  return worst;
})()
"""


def test_the_docs_page_asks_no_other_host(browser: Browser, house: House):
    browser.open(f"{house.address}/docs")
    assert hosts(browser) == {urlsplit(house.address).netloc}


def test_a_screenshot_is_a_picture(browser: Browser, house: House, tmp_path: Path):
    signed_in(browser, house)
    browser.screenshot(tmp_path / "overview.png")
    assert (tmp_path / "overview.png").read_bytes().startswith(b"\x89PNG")
