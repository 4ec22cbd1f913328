"""The card's page: every fact is there, nothing in it becomes markup, and what is absent leaves no hole."""

from __future__ import annotations

from copy import deepcopy
from html.parser import HTMLParser

import pytest
from matplotlib.figure import Figure

from salescope.monitoring import card_page, png_of

HOSTILE = "<script>alert('x')</script>\"&{{ 7 * 7 }}"
FIGURES = {"auc": 0.8126, "log_loss": 0.2744, "calibration_error": 0.0131, "lift_at_10": 2.718}
CARD = {
    "name": "leads",
    "words": {"rows": "leads", "positive": "wins"},
    "made_with": "salescope 9.9",
    "learned_from": [["closed leads", 1_234], ["won", 321]],
    "data": {"as_of": "2026-02-28T00:00:00", "trained_through": "2026-02-27T00:00:00", "digest": "f" * 64},
    "verdict": {"message": "Signal on the newest 246 outcomes."},
    "decision": {"promote": True, "message": "The first version."},
    "figures": {
        "newest": FIGURES,
        "table": [
            {"label": "the newest outcomes", "n": 246, **FIGURES},
            {"label": "period 2026-02", "n": 40, **FIGURES},
        ],
        "remark": "Random folds say 0.020 more AUC.",
    },
    "calibration": {"error": 0.0213, "message": "Calibration error 0.0213 is within the noise."},
    "audit": [],
    "learner": "an average of three",
    "notes": {},
    "recipe": {"exclude": []},
}


class Page(HTMLParser):
    """Gathers the tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.text = " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def changed(**parts: object) -> dict[str, object]:
    return {**deepcopy(CARD), **parts}


def everywhere(value: object) -> object:
    """Puts hostile text wherever a card holds text, keys of notes included."""
    if isinstance(value, dict):
        return {key: everywhere(part) for key, part in value.items()}
    if isinstance(value, list):
        return [everywhere(part) for part in value]
    return HOSTILE if isinstance(value, str) else value


def test_every_fact_is_on_the_page():
    page = Page(card_page(CARD, plots={}))
    for fact in (
        "Signal on the newest 246 outcomes.", "The first version.", "0.813", "0.274", "2.718", "0.021", "0.8126", "period 2026-02",
        "Random folds say 0.020 more AUC.", "Calibration error 0.0213", "1234", "321", "2026-02-28", "f" * 64, "an average of three",
        "salescope 9.9", "No finding", "It speaks of leads like those it learned from.",
    ):  # fmt: skip
        assert fact in page.text, fact


def test_findings_notes_and_exclusions_are_said():
    finding = {
        "kind": "after_outcome",
        "columns": ["duration", "fee"],
        "evidence": "Closed leads have it.",
        "blocking": False,
    }
    page = Page(
        card_page(
            changed(
                audit=[{**finding, "price_auc": 0.1204}, {**finding, "price_auc": None, "blocking": True}],
                notes={"source": "as a category"},
                recipe={"exclude": ["lead_id"]},
            ),
            plots={},
        )
    )
    for fact in (
        "after outcome (hint) duration, fee +0.120",
        "after outcome duration, fee –",
        "as a category",
        "Excluded: lead_id.",
    ):
        assert fact in page.text, fact
    assert "No finding" not in page.text


@pytest.mark.parametrize(("promote", "colour"), [(True, "verdict good"), (False, "verdict bad")])
def test_the_verdict_has_its_colour(promote, colour):
    page = Page(card_page(changed(decision={"promote": promote, "message": "So."}), plots={}))
    assert ("p", {"class": colour}) in page.tags


def test_hostile_text_stays_text():
    card = everywhere(
        changed(
            audit=[{"kind": "x", "columns": ["y"], "evidence": "z", "price_auc": 0.1, "blocking": True}],
            recipe={"exclude": ["x"]},
        )
    )
    card["notes"] = {HOSTILE: HOSTILE}
    page = Page(card_page(card, plots={}))
    assert page.count("script") == 0
    assert "49" not in page.text
    # Title, heading, verdict, decision, two labels, remark, calibration, finding, exclusion, 2 facts, 4 rows, digest, note.
    assert page.text.count(HOSTILE) >= 18
    assert {attribute for _, attributes in page.tags for attribute in attributes} <= {
        "lang", "charset", "name", "content", "class",
    }  # fmt: skip


def test_figures_that_are_absent_are_dashes():
    nothing = dict.fromkeys(FIGURES)
    figures = {"newest": nothing, "table": [{"label": "few", "n": 3, **nothing}], "remark": ""}
    page = Page(card_page(changed(figures=figures, calibration={"error": None, "message": ""}), plots={}))
    assert page.text.count("–") == 8
    assert "None" not in page.text


def test_only_drawings_that_are_there_are_embedded():
    png = png_of(Figure(figsize=(1, 1)))
    assert Page(card_page(CARD, plots={})).count("img") == 0
    page = Page(card_page(CARD, plots={"lift": png, "importance": png}))
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert [image["alt"] for image in images] == ["Share of wins found", "What moves the scores"]
    assert all(image["src"].startswith("data:image/png;base64,iVBOR") for image in images)


def test_the_page_needs_nothing_else():
    page = Page(card_page(CARD, plots={"discrimination": png_of(Figure(figsize=(1, 1)))}))
    assert page.count("link") == page.count("script") == 0
    assert "http" not in str(page.tags)


def test_a_drawing_is_as_large_as_asked_for():
    png = png_of(Figure(figsize=(2, 1)), dpi=50)
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (100, 50)
