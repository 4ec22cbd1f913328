"""Every answer is in the ledger before it is given, and calls share commits."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from tests.service.place import LEAD, NOW

from salescope.service import ledger as module
from salescope.service.errors import OverloadedError, ServiceError
from salescope.service.ledger import LedgerWriter
from salescope.store import Outcome, Prediction, Store, StoreUnavailableError, decode_reasons, open_store

LINE = Prediction(
    subject_id="lead-1",
    model="leads",
    version="1",
    digest="ab" * 32,
    probability=0.5,
    score=50,
    grade="B",
    as_of=NOW,
    request_id="r",
    at=NOW,
)


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/service.db")
    yield opened
    opened.close()


@pytest.fixture
def writer(store):
    writer = LedgerWriter(store, max_rows=100)
    writer.start()
    yield writer
    writer.stop()


def test_every_answer_is_written_down(place, start):
    running = start(place.settings())
    body = {"records": [LEAD, 5, {**LEAD, "lead_id": None, "as_of": "2026-01-01"}]}
    answer = running.post("/v1/leads:score", json=body, headers=place.headers("leads:score")).json()
    with sqlite3.connect(place.folder / "service.db") as connection:
        rows = connection.execute(
            "SELECT subject_id, model, version, digest, probability, score, grade, as_of, request_id, reasons FROM predictions ORDER BY id"
        ).fetchall()
    connection.close()
    scored = [answer["results"][0], answer["results"][2]]
    shared = (answer["model"], answer["version"], answer["digest"])
    assert rows == [
        (
            result["lead_id"], *shared, result["probability"], result["score"], result["grade"],
            datetime.fromisoformat(result["as_of"]).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"), answer["request_id"],
            json.dumps(sorted(({"contribution": round(reason["contribution"], 6), "text": reason["text"]} for reason in result["reasons"]), key=lambda reason: -abs(reason["contribution"]))[:6], separators=(",", ":")),
        )
        for result in scored
    ]  # fmt: skip


@pytest.mark.parametrize(("top", "kept"), [(0, None), (1, 2), (20, 6)])
def test_so_many_reasons_are_kept_in_the_language_of_the_call(place, start, top, kept):
    running = start(place.settings())
    events = [{"at": "2026-02-01", "kind": "call"}, {"at": "2026-02-27", "kind": "mail"}]
    body = {"records": [{**LEAD, "events": events}], "language": "zh", "top": top}
    answer = running.post("/v1/leads:score", json=body, headers=place.headers("leads:score")).json()
    with sqlite3.connect(place.folder / "service.db") as connection:
        (line,) = connection.execute("SELECT reasons FROM predictions").fetchone()
    connection.close()
    given = {reason["text"] for reason in answer["results"][0]["reasons"]}
    assert (line is None) == (kept is None)
    assert len(decode_reasons(line)) == min(kept or 0, len(given)) <= len(given) <= 2 * top
    assert {reason.text for reason in decode_reasons(line)} <= given


def test_calls_that_wait_together_are_committed_together(store, writer, monkeypatch):
    groups: list[int] = []
    first, go_on = threading.Event(), threading.Event()
    write = module.record_predictions

    def slow(store, batches):
        groups.append(len(batches))
        first.set()
        assert go_on.wait(20)
        return write(store, batches)

    monkeypatch.setattr(module, "record_predictions", slow)

    async def calls() -> list[dict[str, int]]:
        waiting = [asyncio.create_task(writer.record([LINE]))]
        await asyncio.to_thread(first.wait, 20)
        waiting += [asyncio.create_task(writer.record([LINE])) for _ in range(9)]
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(calls()) == [{}] + [{"lead-1": 50}] * 9
    assert groups == [1, 9]


def test_a_call_that_would_wait_too_long_is_sent_away(writer, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(module, "record_predictions", lambda _, batches: go_on.wait(20) and [{} for _ in batches])

    async def calls() -> None:
        first = asyncio.create_task(writer.record([LINE] * 80))
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError):
            await writer.record([LINE] * 30)
        go_on.set()
        await first

    asyncio.run(calls())


def test_one_call_alone_may_be_longer_than_what_may_wait(store):
    writer = LedgerWriter(store, max_rows=1)
    writer.start()
    assert asyncio.run(writer.record([LINE] * 3)) == {}
    writer.stop()


@pytest.mark.parametrize(
    ("failure", "expected"),
    [(StoreUnavailableError("sqlite", reason="x"), StoreUnavailableError), (ZeroDivisionError(), ServiceError)],
)
def test_a_failure_reaches_its_calls_and_the_next_ones_go_on(writer, monkeypatch, failure, expected):
    def fail(store, batches):
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(module, "record_predictions", fail)
        with pytest.raises(expected):
            asyncio.run(writer.record([LINE]))
    assert asyncio.run(writer.record([LINE])) == {}


def test_what_waits_is_written_before_the_end(store):
    writer = LedgerWriter(store, max_rows=100)

    async def leave() -> None:
        asyncio.get_running_loop().call_later(0.01, asyncio.current_task().cancel)
        with pytest.raises(asyncio.CancelledError):
            await writer.record([LINE])

    asyncio.run(leave())
    writer.start()
    writer.stop()
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM predictions").scalar_one() == 1


def test_an_empty_call_costs_no_commit(store):
    assert asyncio.run(LedgerWriter(store, max_rows=1).record([])) == {}
    assert asyncio.run(LedgerWriter(store, max_rows=1).record_outcomes([])) == []


def outcome(key: str, *, amount: float = 1.0) -> Outcome:
    return Outcome(
        key=key, subject_kind="lead", subject_id="L-1", kind="won", happened_at=NOW, amount=amount, received_at=NOW, request_id="r"
    )  # fmt: skip


def states(answers: list[object]) -> list[str]:
    return [getattr(answer, "state", "conflict") for answer in answers]


def test_outcomes_are_acknowledged_and_known_again(writer):
    assert states(asyncio.run(writer.record_outcomes([outcome("a"), outcome("b")]))) == ["recorded", "recorded"]
    again = [outcome("b"), outcome("a", amount=2.0), outcome("c")]
    assert states(asyncio.run(writer.record_outcomes(again))) == ["known", "conflict", "recorded"]


def test_outcomes_and_answers_that_wait_together_are_a_commit_each(writer, monkeypatch):
    groups: list[tuple[str, int]] = []
    first, go_on = threading.Event(), threading.Event()

    def counted(name: str) -> Callable[[Store, Sequence[object]], list[object]]:
        write = getattr(module, name)

        def slow(store, batches):
            groups.append((name, len(batches)))
            first.set()
            assert go_on.wait(20)
            return write(store, batches)

        return slow

    for name in ("record_predictions", "record_outcomes"):
        monkeypatch.setattr(module, name, counted(name))

    async def calls() -> list[object]:
        waiting = [asyncio.create_task(writer.record([LINE]))]
        await asyncio.to_thread(first.wait, 20)
        for number in range(3):
            waiting.append(asyncio.create_task(writer.record_outcomes([outcome("same"), outcome(f"{number}")])))
            waiting.append(asyncio.create_task(writer.record([LINE])))
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*waiting)

    answers = asyncio.run(calls())
    assert groups == [("record_predictions", 1), ("record_outcomes", 3), ("record_predictions", 3)]
    assert [states(answers[place]) for place in (1, 3, 5)] == [["recorded", "recorded"], *[["known", "recorded"]] * 2]
    assert [answers[place] for place in (2, 4, 6)] == [{"lead-1": 50}] * 3


def test_what_fails_one_kind_fails_no_call_of_the_other(writer, monkeypatch):
    def fail(store, batches):
        raise StoreUnavailableError("sqlite", reason="x")

    monkeypatch.setattr(module, "record_outcomes", fail)

    async def calls() -> list[object]:
        waiting = (writer.record_outcomes([outcome("a")]), writer.record([LINE]))
        return await asyncio.gather(*waiting, return_exceptions=True)

    failed, answered = asyncio.run(calls())
    assert isinstance(failed, StoreUnavailableError)
    assert answered == {}
