"""Features of leads at a moment: against plain loops, and blind to the future."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.features import lead_features, lead_snapshots, record_features
from salescope.frames.errors import MissingColumnError

KINDS = ["call", "mail", "visit"]
START = pd.Timestamp("2024-01-01")


def _oracle():
    # Test folders are no packages, so the oracle beside this file is loaded from its place.
    place = Path(__file__).with_name("oracle.py")
    spec = importlib.util.spec_from_file_location("behaviour_oracle", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.slow_behaviour


slow_behaviour = _oracle()

HOURS = st.integers(0, 24 * 200)
EVENT = st.fixed_dictionaries(
    {
        "lead_id": st.sampled_from(["a", "b", "c", "of another table"]),
        "at": HOURS.map(lambda hours: START + pd.Timedelta(hours=hours)),
        "kind": st.sampled_from([*KINDS, None]),
        "channel": st.sampled_from(["phone", "web", None]),
    }
)
EVENTS = st.lists(EVENT, max_size=40).map(
    lambda rows: pd.DataFrame(rows, columns=["lead_id", "at", "kind", "channel"]).astype({"at": "datetime64[ns]"})
)
MOMENTS = st.lists(HOURS, min_size=3, max_size=3).map(
    lambda hours: pd.Series([START + pd.Timedelta(hours=value) for value in hours])
)


def leads() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "lead_id": ["a", "b", "c"],
            "created_at": [START, START + pd.Timedelta(days=3), pd.NaT],
            "source": ["web", "fair", None],
            "outcome": ["won", "open", "lost"],
            "outcome_at": [START + pd.Timedelta(days=90), pd.NaT, START + pd.Timedelta(days=9)],
            "amount": [10.0, None, None],
        }
    )


@settings(max_examples=60, deadline=None)
@given(EVENTS, MOMENTS)
def test_behaviour_equals_plain_loops(events, as_of):
    found = lead_features(leads(), events, as_of=as_of, kinds=KINDS)
    for row, lead_id in enumerate("abc"):
        wanted = slow_behaviour(events, lead_id=lead_id, as_of=as_of[row], kinds=KINDS)
        for name, value in wanted.items():
            if isinstance(value, float):
                np.testing.assert_allclose(found[name].iloc[row], value, rtol=1e-12, err_msg=name)
            else:
                assert found[name].iloc[row] == value, name


@settings(max_examples=60, deadline=None)
@given(EVENTS, MOMENTS)
def test_no_future_event_changes_any_feature(events, as_of):
    moment_of = dict(zip("abc", as_of, strict=True))
    is_past = [at < moment_of.get(lead_id, START) for lead_id, at in zip(events["lead_id"], events["at"], strict=True)]
    whole = lead_features(leads(), events, as_of=as_of)
    truncated = lead_features(leads(), events[np.array(is_past, dtype=bool)], as_of=as_of)
    pd.testing.assert_frame_equal(whole, truncated)


@settings(max_examples=40, deadline=None)
@given(EVENTS, MOMENTS, st.randoms(use_true_random=False))
def test_order_of_events_does_not_matter(events, as_of, random):
    order = list(range(len(events)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        lead_features(leads(), events, as_of=as_of), lead_features(leads(), events.iloc[order], as_of=as_of)
    )


@settings(max_examples=40, deadline=None)
@given(EVENTS, HOURS)
def test_records_and_frames_are_described_alike(events, hours):
    as_of = START + pd.Timedelta(hours=hours)
    frame = lead_features(leads(), events, as_of=as_of, kinds=KINDS)
    records = [
        {
            "lead_id": lead["lead_id"],
            "created_at": None if lead["created_at"] is pd.NaT else lead["created_at"].isoformat(),
            "events": [
                {"at": event["at"].isoformat(), "kind": event["kind"], "channel": event["channel"]}
                for event in events[events["lead_id"] == lead["lead_id"]].to_dict("records")
            ],
        }
        for lead in leads().to_dict("records")
    ]
    for row, found in enumerate(record_features(records, as_of=as_of, kinds=KINDS)):
        for name in set(frame.columns) - {"lead_id", "created_at", "source", "as_of"}:
            wanted, value = frame[name].iloc[row], found.get(name, np.nan)
            assert value == wanted or (pd.isna(value) and pd.isna(wanted)), name


def test_a_record_without_events_has_no_known_behaviour():
    silent, quiet = record_features([{}, {"events": []}], as_of="2024-01-01", kinds=KINDS)
    assert "events_total" not in silent
    assert quiet["events_total"] == 0.0


def test_outcomes_are_no_features():
    found = lead_features(leads(), as_of="2024-06-01")
    assert list(found.columns) == ["lead_id", "created_at", "source", "as_of", "days_since_created"]
    assert found["days_since_created"].iloc[0] == 152.0


def test_events_without_lead_id_are_refused():
    with pytest.raises(MissingColumnError, match="lead_id"):
        lead_features(leads().drop(columns="lead_id"), pd.DataFrame(), as_of="2024-01-01")


def many_leads(rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    created = START + pd.to_timedelta(rng.integers(0, 300 * 24, rows), unit="h")
    life = pd.to_timedelta(rng.integers(1, 60 * 24, rows), unit="h")
    outcome = rng.choice(["won", "lost", "open"], rows)
    closed_at = pd.Series(created + life).where(pd.Series(outcome != "open"))
    return pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(rows)],
            "created_at": created,
            "outcome": outcome,
            "outcome_at": closed_at,
        }
    )


AS_OF = START + pd.Timedelta(days=200)


def test_a_snapshot_lies_in_the_life_of_its_lead():
    table = many_leads()
    found = lead_snapshots(table, as_of=AS_OF, seed=1).merge(table, on="lead_id")
    assert (found["as_of"] > found["created_at_x"]).all()
    assert (found["as_of"] <= found["outcome_at"]).all()
    assert (found["outcome_at"] < AS_OF).all()
    assert found["y"].eq(found["outcome"].eq("won")).all()
    known = table["outcome"].ne("open") & (table["outcome_at"] < AS_OF)
    assert found["lead_id"].is_unique
    assert set(found["lead_id"]) < set(table.loc[known, "lead_id"])
    assert len(found) > known.sum() / 2


def test_snapshots_of_an_age_are_won_as_often_as_leads_open_at_that_age():
    # Quick leads are won, slow ones lost: a draw that knew a lead's end would meet too many quick ones.
    rng = np.random.default_rng(7)
    days = rng.exponential(20, 6000)
    table = pd.DataFrame(
        {
            "lead_id": [f"L{row}" for row in range(6000)],
            "created_at": START,
            "outcome": np.where(rng.random(6000) < np.exp(-days / 15), "won", "lost"),
            "outcome_at": START + pd.to_timedelta(days, unit="D"),
        }
    )
    found = lead_snapshots(table, as_of="2030-01-01", seed=1)
    for start in (0, 2, 5, 10, 20):
        near = found[found["days_since_created"].between(start, start + 2)]
        wanted = np.mean([(table["outcome"][days > age] == "won").mean() for age in near["days_since_created"]])
        assert abs(near["y"].mean() - wanted) < 4 * np.sqrt(wanted * (1 - wanted) / len(near))


def test_the_future_does_not_move_the_past():
    table = many_leads()
    rng = np.random.default_rng(6)
    events = pd.DataFrame(
        {
            "lead_id": rng.choice(table["lead_id"], 2000),
            "at": START + pd.to_timedelta(rng.integers(0, 400 * 24, 2000), unit="h"),
            "kind": rng.choice(KINDS, 2000),
            "channel": "web",
        }
    )
    early = table[table["created_at"] < AS_OF].copy()
    unknown = ~(early["outcome_at"] < AS_OF)
    early.loc[unknown, "outcome"] = "open"
    early.loc[unknown, "outcome_at"] = pd.NaT
    for window in (None, pd.Timedelta(days=30)):
        whole = lead_snapshots(table, events, as_of=AS_OF, seed=2, outcome_window=window)
        known = lead_snapshots(early, events[events["at"] < AS_OF], as_of=AS_OF, seed=2, outcome_window=window)
        pd.testing.assert_frame_equal(whole, known)


def test_with_a_window_open_leads_count_and_labels_are_complete():
    table = many_leads()
    window = pd.Timedelta(days=30)
    found = lead_snapshots(table, as_of=AS_OF, seed=3, outcome_window=window).merge(table, on="lead_id")
    assert (found["as_of"] + window <= AS_OF).all()
    assert found["outcome"].eq("open").any()
    within = found["outcome"].eq("won") & (found["outcome_at"] <= found["as_of"] + window)
    assert found["y"].eq(within).all()


def test_another_seed_draws_other_moments():
    table = many_leads()
    moments = [lead_snapshots(table, as_of=AS_OF, seed=seed)["as_of"] for seed in (1, 1, 2)]
    assert moments[0].equals(moments[1])
    assert not moments[0].equals(moments[2])


def test_snapshots_need_the_times():
    with pytest.raises(MissingColumnError, match="outcome_at"):
        lead_snapshots(many_leads().drop(columns="outcome_at"), as_of=AS_OF, seed=0)
