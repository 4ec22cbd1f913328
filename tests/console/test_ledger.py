"""The console's data from a real store: last answers, their order, their trend, and who may look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.console.conftest import CARD, NOW, Clock

from salescope.bundle import CARD as CARD_FILE
from salescope.bundle import build_manifest, canonical_json
from salescope.bundle.manifest import MANIFEST
from salescope.console import SCOPE, LeadReason, LeadWish, LedgerData
from salescope.registry.published import publish
from salescope.store import (
    KeptReason,
    Prediction,
    Store,
    create_key,
    encode_reasons,
    open_store,
    record_predictions,
    revoke_key,
)

VERSION = "7"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


@pytest.fixture
def data(store: Store, tmp_path: Path) -> LedgerData:
    return LedgerData(store, tmp_path / "published", Clock())


def answer(lead_id: str | None, score: int, *, hours: float = 0, grade: str = "B", model: str = "leads") -> Prediction:
    at = NOW - timedelta(hours=hours)
    return Prediction(
        subject_id=lead_id,
        model=model,
        version=VERSION,
        digest="d" * 64,
        probability=score / 100,
        score=score,
        grade=grade,
        as_of=at,
        request_id="call",
        at=at,
    )


def test_a_lead_counts_by_its_last_answer_with_the_one_before_as_trend(store: Store, data: LedgerData):
    record_predictions(store, [[answer("a", 40, hours=2), answer("b", 90, hours=2)]])
    record_predictions(store, [[answer("a", 55, hours=1), answer("a", 95)]])
    page = data.leads(LeadWish())
    assert [(lead.lead_id, lead.score, lead.previous, lead.change) for lead in page.leads] == [
        ("a", 95, 55, 40),
        ("b", 90, None, None),
    ]
    assert page.total(None) == 2


def test_leads_without_a_name_and_other_models_are_left_out(store: Store, data: LedgerData):
    record_predictions(store, [[answer(None, 99), answer("a", 50)], [answer("a", 70, model="churn")]])
    assert [(lead.lead_id, lead.score) for lead in data.leads(LeadWish()).leads] == [("a", 50)]


def test_a_grade_filters_by_the_last_answer(store: Store, data: LedgerData):
    record_predictions(
        store, [[answer("a", 90, hours=1, grade="A"), answer("a", 40, grade="C"), answer("b", 80, grade="A")]]
    )
    page = data.leads(LeadWish("A"))
    assert [lead.lead_id for lead in page.leads] == ["b"]
    assert dict(page.counts) == {"A": 1, "C": 1}
    assert page.total("D") == 0


def slow_ranking(rows: Sequence[Prediction]) -> list[tuple[str, int, int | None]]:
    """Walks the ledger line by line."""
    last: dict[str, list[Prediction]] = {}
    for row in sorted(rows, key=lambda row: row.at):
        last.setdefault(str(row.subject_id), []).append(row)
    best = sorted(last.items(), key=lambda item: (-item[1][-1].score, -item[1][-1].probability, item[0]))
    return [(lead, rows[-1].score, rows[-2].score if len(rows) > 1 else None) for lead, rows in best]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(st.sampled_from("abcdefg"), st.integers(1, 100)), min_size=1, max_size=25),
    size=st.integers(1, 4),
)
def test_pages_together_are_the_ranking_of_a_plain_loop(tmp_path_factory: pytest.TempPathFactory, lines, size):
    folder = tmp_path_factory.mktemp("store")
    store = open_store(f"sqlite:///{folder}/store.db")
    rows = [answer(lead, score, hours=100 - place) for place, (lead, score) in enumerate(lines)]
    record_predictions(store, [rows])
    data = LedgerData(store, folder, Clock())
    found, page = [], 1
    while leads := data.leads(LeadWish(page=page, size=size)).leads:
        found += [(lead.lead_id, lead.score, lead.previous) for lead in leads]
        page += 1
    store.close()
    assert found == slow_ranking(rows)


def test_one_lead_has_its_history_the_newest_first(store: Store, data: LedgerData):
    record_predictions(store, [[answer("a", 40, hours=2), answer("a", 60, hours=1), answer("a", 50), answer("b", 1)]])
    lead = data.lead("a")
    assert lead is not None
    assert [past.score for past in lead.history] == [50, 60, 40]
    assert (lead.score, lead.previous) == (50, 60)
    assert data.lead("nobody") is None


def test_reasons_are_those_of_the_last_answer_the_strongest_first(store: Store, data: LedgerData):
    earlier = encode_reasons([KeptReason(2.0, "no longer true")])
    last = encode_reasons([KeptReason(-0.5, "無預算"), KeptReason(0.75, "referral")])
    record_predictions(
        store,
        [[replace(answer("a", 60, hours=1), reasons=earlier), replace(answer("a", 61), reasons=last), answer("b", 50)]],
    )
    kept = (LeadReason("referral", 0.75), LeadReason("無預算", -0.5))
    assert [lead.reasons for lead in data.leads(LeadWish()).leads] == [kept, ()]
    lead = data.lead("a")
    assert lead is not None
    assert lead.reasons == kept


def test_reasons_that_somebody_wrote_by_hand_break_no_page(store: Store, data: LedgerData):
    record_predictions(store, [[replace(answer("a", 60), reasons="[7]")]])
    assert [lead.reasons for lead in data.leads(LeadWish()).leads] == [()]


@pytest.mark.parametrize(
    ("scope", "opens"), [(SCOPE, True), ("admin", True), ("leads:score", False), ("models:read", False)]
)
def test_only_keys_of_the_consoles_scope_open_it(store: Store, data: LedgerData, scope: str, opens: bool):
    made = create_key(store, label="Ada", scopes=[scope], at=NOW)
    viewer = data.sign_in(made.secret)
    assert (viewer is not None) == opens
    assert viewer is None or (viewer.key_id, viewer.label) == (made.record.id, "Ada")


def test_a_revoked_or_expired_key_may_not_stay(store: Store, tmp_path: Path):
    clock = Clock()
    data = LedgerData(store, tmp_path, clock)
    short = create_key(store, label="short", scopes=[SCOPE], at=NOW, expires_at=NOW + timedelta(hours=1))
    gone = create_key(store, label="gone", scopes=[SCOPE], at=NOW)
    viewers = [data.sign_in(short.secret), data.sign_in(gone.secret)]
    assert all(viewer is not None and data.may_stay(viewer) for viewer in viewers)
    revoke_key(store, gone.record.id, at=NOW)
    clock.now = NOW + timedelta(hours=1)
    assert not any(data.may_stay(viewer) for viewer in viewers if viewer)


def test_promoted_versions_come_with_their_cards(data: LedgerData):
    assert data.models() == []
    for version, card in [("1", {"figures": "another shape"}), ("2", CARD)]:
        files = {CARD_FILE: canonical_json(card), "schema.json": canonical_json({"version": version})}
        manifest = build_manifest(files, kind="lead_scorer", contract="c" * 64, made_with="test")
        publish(data.published, {**files, MANIFEST: manifest}, version=version)
    newest, earlier = data.models()
    assert (newest.version, earlier.version) == ("2", "1")
    assert newest.card is not None
    assert newest.card.figures.newest.auc == 0.8451
    assert earlier.card is None


def test_a_damaged_bundle_has_no_card_and_breaks_nothing(data: LedgerData):
    files = {CARD_FILE: canonical_json(CARD), "schema.json": b"{}"}
    manifest = build_manifest(files, kind="lead_scorer", contract="c" * 64, made_with="test")
    published = publish(data.published, {**files, MANIFEST: manifest}, version="1")
    (published.path / CARD_FILE).write_bytes(b"{}")
    assert data.models()[0].card is None
