"""Scoring tables: the same bits as a live call, a trend from the ledger, and files that no spreadsheet runs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import select
from tests.service.place import Running

from salescope.batch import BatchScores, score_leads, write_scores
from salescope.frames.errors import UnknownNameError
from salescope.project import Workspace
from salescope.service import ServiceSettings
from salescope.sources import read_table
from salescope.store import Store, create_key, decode_reasons, open_store
from salescope.store.tables import PREDICTIONS

AS_OF = datetime.fromisoformat("2024-12-15T06:00:00")
KNOWN_LATER = ["outcome", "outcome_at", "amount"]
READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "csv": lambda path: pd.read_csv(path, float_precision="round_trip"),
    "xlsx": pd.read_excel,
    "parquet": pd.read_parquet,
    "json": lambda path: pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))),
}
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.fixture
def workspace(trained: tuple[Workspace, object]) -> Workspace:
    return trained[0]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/service.db")
    yield opened
    opened.close()


@pytest.fixture
def score(workspace: Workspace, store: Store) -> Callable[..., BatchScores]:
    def run(path: Path | None = None, **options: Any) -> BatchScores:
        return score_leads(workspace, path=path, store=store, **{"as_of": AS_OF, "language": "en", "top": 3, **options})

    return run


def source_leads(workspace: Workspace) -> pd.DataFrame:
    """Reads the leads as text, as whoever writes a file of them sees them."""
    return pd.read_csv(workspace.path / "data" / "leads.csv", dtype=str, keep_default_na=False)


def still_open(workspace: Workspace) -> pd.DataFrame:
    leads = source_leads(workspace)
    return leads[leads["outcome"] == "open"].reset_index(drop=True)


def ledger(store: Store) -> pd.DataFrame:
    with store.reading() as connection:
        return pd.DataFrame(connection.execute(select(PREDICTIONS).order_by(PREDICTIONS.c.id)).mappings().all())


def sent(workspace: Workspace, leads: pd.DataFrame) -> list[dict[str, Any]]:
    """Says leads as a CRM would: one record each, with its events, by nothing but plain loops."""
    events: dict[str, list[dict[str, str]]] = {}
    for row in read_table(workspace, "lead_events").frame.to_dict("records"):
        told = {name: str(row[name]) for name in ("kind", "channel") if pd.notna(row[name])}
        events.setdefault(row["lead_id"], []).append({"at": row["at"].isoformat(), **told})
    records = leads.drop(columns=KNOWN_LATER).to_dict("records")
    return [
        {name: value for name, value in record.items() if value != ""} | {"events": events.get(record["lead_id"], [])}
        for record in records
    ]


def test_a_batch_equals_a_live_call_bit_for_bit(workspace, store, score, tmp_path):
    scores = score().scores
    leads = still_open(workspace)
    key = create_key(store, label="CRM", scopes=["leads:score"], at=datetime.now(UTC)).secret
    running = Running(ServiceSettings(published=workspace.published, store_url=f"sqlite:///{tmp_path}/service.db"))
    with running.start() as client:
        body = {"records": sent(workspace, leads), "as_of": f"{AS_OF.isoformat()}Z", "top": 3}
        answer = client.post("/v1/leads:score", json=body, headers={"Authorization": f"Bearer {key}"}).json()
    running.stop()
    results = answer["results"]
    for name in ("lead_id", "probability", "score", "grade"):
        assert [result[name] for result in results] == scores[name].tolist()
    for_, against = (
        ["; ".join(reason["text"] for reason in result["reasons"] if reason["direction"] == way) for result in results]
        for way in ("raises", "lowers")
    )
    assert (for_, against) == (scores["reasons_for"].tolist(), scores["reasons_against"].tolist())
    assert all(result["trend"]["change"] == 0 for result in results)
    lines = ledger(store)
    batch, live = lines[: len(leads)].reset_index(drop=True), lines[len(leads) :].reset_index(drop=True)
    told = ["subject_id", "model", "version", "digest", "probability", "score", "grade", "as_of", "reasons"]
    pd.testing.assert_frame_equal(batch[told], live[told], check_exact=True)


def test_the_order_and_company_of_rows_change_no_bit(workspace, score, tmp_path):
    whole = score().scores.set_index("lead_id")
    leads = still_open(workspace).drop(columns=KNOWN_LATER)
    leads.iloc[::-3].to_csv(tmp_path / "some.csv", index=False)
    part = score(tmp_path / "some.csv").scores.set_index("lead_id")
    columns = ["probability", "score", "grade", "reasons_for", "reasons_against"]
    pd.testing.assert_frame_equal(part[columns], whole.loc[part.index, columns], check_exact=True)


def test_the_trend_is_against_the_last_line_of_the_ledger(score, store):
    first = score(as_of=datetime.fromisoformat("2024-12-01")).scores
    assert first["previous_score"].isna().all()
    assert first["change"].isna().all()
    second = score().scores
    assert second["previous_score"].tolist() == first["score"].tolist()
    assert second["change"].tolist() == [now - then for now, then in zip(second["score"], first["score"], strict=True)]
    assert (second["change"] != 0).any()
    assert len(ledger(store)) == 2 * len(first)


def test_the_ledger_keeps_reasons_in_the_language_given_and_none_where_none_were_asked(score, store):
    chinese = score(language="zh").scores
    score(top=0)
    lines = ledger(store)
    kept = [decode_reasons(line) for line in lines["reasons"][: len(chinese)]]
    said = [{reason.text for reason in reasons} for reasons in kept]
    both = chinese["reasons_for"] + "; " + chinese["reasons_against"]
    assert said == [set(text.strip("; ").split("; ")) - {""} for text in both]
    assert any("機會" in text for texts in said for text in texts)
    assert lines["reasons"][len(chinese) :].isna().all()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_text_that_looks_like_a_formula_is_inert(workspace, score, tmp_path, ending):
    leads = still_open(workspace).head(len(FORMULAS)).drop(columns=KNOWN_LATER)
    leads["lead_id"] = FORMULAS
    leads["job_title"] = FORMULAS
    leads.to_csv(tmp_path / "in.csv", index=False)
    scores = score(tmp_path / "in.csv").scores
    assert set(scores["lead_id"]) <= {text.strip() for text in FORMULAS}
    out = tmp_path / f"out.{ending}"
    write_scores(scores, out)
    if ending == "csv":
        cells = [cell for row in pd.read_csv(out, dtype=str, keep_default_na=False).to_numpy() for cell in row]
        texts = [text for text in cells if not is_number(text)]
        assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert "'=1+1" in texts
    else:
        found = [cell for row in openpyxl.load_workbook(out).active.iter_rows() for cell in row]
        assert {cell.data_type for cell in found} <= {"s", "inlineStr", "n"}
        assert "<f>" not in zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml").decode()
        assert "=1+1" in [cell.value for cell in found if cell.data_type in {"s", "inlineStr"}]


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_quarantined_rows_are_counted_and_the_rest_is_scored(workspace, score, store, tmp_path):
    leads = still_open(workspace).head(9).drop(columns=KNOWN_LATER)
    leads.loc[2, "created_at"] = "someday"
    leads.loc[5, "lead_id"] = ""
    leads.to_csv(tmp_path / "in.csv", index=False)
    result = score(tmp_path / "in.csv")
    assert (len(result.scores), len(result.checked.rejected)) == (7, 2)
    assert result.checked.rejected["row"].tolist() == [4, 7]
    assert len(ledger(store)) == 7


def test_what_is_known_only_afterwards_changes_no_score(workspace, score, tmp_path):
    leads = still_open(workspace)
    leads.drop(columns=KNOWN_LATER).to_csv(tmp_path / "without.csv", index=False)
    leads.assign(outcome="won", amount="12").to_csv(tmp_path / "with.csv", index=False)
    without, with_ = (score(tmp_path / name).scores["probability"].tolist() for name in ("without.csv", "with.csv"))
    assert without == with_ == score().scores["probability"].tolist()


def test_only_open_leads_of_the_workspace_are_scored_in_its_order(workspace, score):
    assert score().scores["lead_id"].tolist() == still_open(workspace)["lead_id"].tolist()


def test_an_empty_table_gives_an_empty_file_of_the_same_columns(workspace, score, store, tmp_path):
    still_open(workspace).head(0).drop(columns=KNOWN_LATER).to_csv(tmp_path / "in.csv", index=False)
    told: list[tuple[int, int]] = []
    scores = score(tmp_path / "in.csv", tell=lambda done, total: told.append((done, total))).scores
    assert scores.empty
    assert scores.columns.tolist() == score().scores.columns.tolist()
    assert told == []
    for ending in ("csv", "xlsx", "parquet", "json"):
        write_scores(scores, tmp_path / f"out.{ending}")
    assert pd.read_csv(tmp_path / "out.csv").columns.tolist() == scores.columns.tolist()
    assert json.loads((tmp_path / "out.json").read_text()) == []


def test_long_tables_are_scored_in_parts_that_change_nothing(score, monkeypatch):
    whole = score().scores
    monkeypatch.setattr("salescope.batch.leads.CHUNK", 50)
    told: list[tuple[int, int]] = []
    parts = score(tell=lambda done, total: told.append((done, total))).scores
    unchanged = ["lead_id", "probability", "score", "grade", "reasons_for", "reasons_against"]
    pd.testing.assert_frame_equal(parts[unchanged], whole[unchanged], check_exact=True)
    assert [done for done, _ in told] == [*range(50, len(whole), 50), len(whole)]
    assert {total for _, total in told} == {len(whole)}


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "json"])
def test_what_is_written_reads_back(score, tmp_path, ending):
    scores = score().scores
    path = tmp_path / "new folder" / f"scores.{ending.upper()}"
    write_scores(scores, path)
    read = READERS[ending]
    found = read(path)
    assert found.columns.tolist() == scores.columns.tolist()
    assert found["lead_id"].tolist() == scores["lead_id"].tolist()
    # A spreadsheet keeps 15 or 16 digits of a number, the other formats every bit.
    exactness = 1e-14 if ending == "xlsx" else 0
    assert found["probability"].tolist() == pytest.approx(scores["probability"].tolist(), rel=exactness, abs=0)


def test_an_unknown_ending_names_those_that_are_known(tmp_path):
    with pytest.raises(UnknownNameError, match=r"\.docx.*\.csv"):
        write_scores(pd.DataFrame({"lead_id": []}), tmp_path / "scores.docx")
    assert not (tmp_path / "scores.docx").exists()
