"""A model's record from a ledger whose truth is known: closed forms, true probabilities, silence, and kind answers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from tests.store.made import NOW, made_outcome, made_prediction

from salescope.frames.errors import UnknownNameError
from salescope.store import Store, record_outcomes, record_predictions
from salescope.store.model_record import ModelRecord, RecordWish, model_record

YEAR = timedelta(days=365)


def after(days: float) -> datetime:
    return NOW + timedelta(days=days)


def asked(store: Store, model: str = "churn", *, until: float = 400, **changes: object) -> ModelRecord:
    return model_record(store, RecordWish(**{"model": model, "since": NOW - YEAR, "until": after(until), **changes}))


def answered(store: Store, chances: dict[str, float], **changes: object) -> None:
    told = {"version": "3", **changes}
    record_predictions(store, [[made_prediction(subject_id=who, probability=p, **told) for who, p in chances.items()]])


def sent(store: Store, subjects: dict[str, float], **changes: object) -> None:
    record_outcomes(
        store,
        [[made_outcome(key=f"{who}-{changes.get('kind')}", subject_id=who, happened_at=after(day), **changes)
          for who, day in subjects.items()]],
    )  # fmt: skip


class TestWhatIsTrue:
    def test_a_customer_without_an_order_in_the_window_has_left(self, store):
        answered(store, {"gone": 0.8, "here": 0.3, "late": 0.6})
        sent(store, {"here": 10, "late": 120})
        record = asked(store)
        (cell,) = record.versions
        assert (cell.n_rows, cell.figures["base_rate"], cell.figures["auc"]) == (3, pytest.approx(2 / 3), 1.0)
        assert cell.figures["log_loss"] == pytest.approx(-np.log([0.8, 0.7, 0.6]).mean())
        assert cell.figures["total_ratio"] == pytest.approx(1.7 / 2)

    def test_who_sends_that_customers_left_has_contracts(self, store):
        answered(store, {"gone": 0.8, "here": 0.3})
        sent(store, {"gone": 10, "other": 200}, kind="left")
        (cell,) = asked(store).versions
        assert (cell.n_rows, cell.figures["base_rate"], cell.figures["auc"]) == (2, 0.5, 1.0)

    def test_value_is_judged_by_the_money_of_the_window(self, store):
        told = {"model": "value", "outcome_window_days": None, "horizon_days": 30, "value_low": 0.0, "value_high": 20.0}
        lines = [
            made_prediction(subject_id=who, probability=None, value=v, **told) for who, v in (("a", 10.0), ("b", 5.0))
        ]
        record_predictions(store, [lines])
        sent(store, {"a": 3}, amount=25.0)
        sent(store, {"b": 50}, amount=99.0, kind="ordered")
        (cell,) = asked(store, "value").versions
        told = {
            name: cell.figures[name] for name in ("value_mean", "value_rmse", "value_total_ratio", "coverage", "width")
        }
        assert told == {"value_mean": 12.5, "value_rmse": pytest.approx(np.sqrt((15**2 + 5**2) / 2)),
                        "value_total_ratio": pytest.approx(15 / 25), "coverage": 0.5, "width": 20.0}  # fmt: skip
        assert "auc" not in cell.figures

    def test_an_invoice_is_judged_by_the_days_to_its_payment(self, store):
        told = {"model": "payments", "outcome_window_days": None, "probability": None}
        record_predictions(store, [[made_prediction(subject_id="I-1", value=30.0, **told)]])
        sent(store, {"I-1": 40}, subject_kind="invoice", kind="paid")
        (cell,) = asked(store, "payments").versions
        assert (cell.figures["value_mean"], cell.figures["value_rmse"]) == (40.0, 10.0)

    def test_a_lead_is_judged_by_what_came_of_it_with_its_money(self, store):
        told = {"model": "leads", "outcome_window_days": None}
        lines = [
            made_prediction(subject_id=who, probability=p, value=50.0, **told) for who, p in (("a", 0.9), ("b", 0.2))
        ]
        record_predictions(store, [lines])
        sent(store, {"a": 4}, subject_kind="lead", kind="won", amount=80.0)
        sent(store, {"b": 4}, subject_kind="lead", kind="lost", amount=None)
        (cell,) = asked(store, "leads").versions
        assert (cell.figures["auc"], cell.figures["base_rate"], cell.figures["value_mean"]) == (1.0, 0.5, 40.0)

    def test_silence_is_a_truth_only_as_far_as_outcomes_reach(self, store):
        answered(store, {"early": 0.4})
        answered(store, {"newer": 0.4}, as_of=after(60), at=after(60))
        sent(store, {"somebody": 100})
        record = asked(store, until=1_000)
        assert (record.judged, record.counts.next_judged_at) == (1, after(150))
        assert "send newer ones" in record.message

    @pytest.mark.parametrize("model", ["segments", "products"])
    def test_what_foretells_nothing_is_not_judged(self, store, model):
        with pytest.raises(UnknownNameError, match="'leads', 'churn', 'value', 'payments'"):
            asked(store, model)


@pytest.fixture(scope="module")
def long_record(new_store) -> ModelRecord:
    """Judges leads over six months: version 7 tells the truth, version 8 says half of it."""
    store, rng = new_store(), np.random.default_rng(3)
    lines, outcomes = [], []
    for number, chance in enumerate(rng.beta(2, 4, size=1_500)):
        at, version = after(number * 180 / 1_500), "7" if number < 750 else "8"
        told = chance if version == "7" else chance / 2
        who = f"L-{number}"
        lines.append(made_prediction(subject_id=who, model="leads", version=version, probability=told, as_of=at, at=at,
                                     outcome_window_days=None))  # fmt: skip
        kind = "won" if rng.random() < chance else "lost"
        outcomes.append(made_outcome(key=who, subject_kind="lead", subject_id=who, kind=kind,
                                     happened_at=at + timedelta(days=5)))  # fmt: skip
    record_predictions(store, [lines])
    record_outcomes(store, [outcomes])
    record = asked(store, "leads", until=190)
    store.close()
    return record


class TestALedgerOfKnownCalibration:
    def test_true_probabilities_are_within_the_noise_and_halved_ones_are_not(self, long_record):
        true, halved = long_record.versions
        assert (true.version, halved.version, long_record.judged) == ("7", "8", 1_500)
        assert true.figures["calibration_error"] <= true.figures["calibration_p95"]
        assert true.figures["total_ratio_lo_95"] < 1 < true.figures["total_ratio_hi_95"]
        assert halved.figures["calibration_error"] > 2 * halved.figures["calibration_p95"]
        assert halved.figures["total_ratio_lo_95"] < 0.5 < halved.figures["total_ratio_hi_95"]

    def test_periods_are_those_of_the_truths_and_add_up(self, long_record):
        assert [cell.period for cell in long_record.cells if cell.version == "7"] == [
            "2026-03",
            "2026-04",
            "2026-05",
            "2026-06",
        ]
        assert sum(cell.n_rows for cell in long_record.cells) == 1_500

    def test_what_is_expected_without_outcomes_comes_from_the_newest_version(self, long_record):
        assert long_record.estimated_version == "8"
        expected = long_record.estimated
        assert expected.n_rows == pytest.approx(1_500 * 20 / 180, abs=3)
        # Blind, as it says: the halved chances expect half of what comes.
        assert expected.figures["base_rate"].mean == pytest.approx(1 / 6, abs=0.02)

    def test_the_document_is_strict_json(self, long_record):
        document = json.loads(json.dumps(long_record.document(), allow_nan=False))
        assert document["since"] == "2025-03-01T12:00:00Z"
        assert (document["judged"], document["missing"], document["subject"]) == (1_500, 0, "lead")
        assert set(document["cells"][0]) == {"version", "period", "start", "n_rows", "figures", "reasons"}
        assert sum(row["n_rows"] for row in document["reliability"]) == 1_500
        assert "blind" in document["estimated"]["caveat"]


class TestNothingYet:
    def test_an_empty_ledger(self, store):
        record = asked(store)
        assert (record.judged, record.missing, record.cells, record.bins, record.estimated) == (0, 10, (), (), None)
        assert record.message == "Nothing to judge yet: no answer about a named subject is in the ledger."
        json.dumps(record.document(), allow_nan=False)

    def test_no_outcome_was_sent(self, store):
        answered(store, {"a": 0.5, "b": 0.5})
        assert "of 2 answers in the ledger the truth of 0 is known, and of 10 more" in asked(store).message
        assert "POST /v1/outcomes" in asked(store).message

    def test_windows_are_open(self, store):
        answered(store, {"a": 0.5})
        sent(store, {"a": 1})
        assert asked(store, until=30).message.endswith("The next window closes on 2026-05-30.")

    def test_one_answer_is_judged(self, store):
        answered(store, {"a": 0.5})
        sent(store, {"z": 100})
        record = asked(store)
        assert record.message.startswith(
            "Little to judge yet: of 1 answers in the ledger the truth of 1 is known, and of 9"
        )
        assert record.cells[0].reasons["auc"].startswith("only one kind")
