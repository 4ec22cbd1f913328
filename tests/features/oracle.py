"""The behaviour of one lead, computed slowly with plain loops over timestamps."""

from __future__ import annotations

import itertools

import pandas as pd


def slow_behaviour(events: pd.DataFrame, *, lead_id: str, as_of: pd.Timestamp, kinds: list[str]) -> dict[str, object]:
    """Describes one lead from the table of events, one event at a time."""
    past = [event for event in events.to_dict("records") if event["lead_id"] == lead_id and event["at"] < as_of]
    answer: dict[str, object] = {"events_total": float(len(past))}
    for days in (7, 30, 90):
        answer[f"events_{days}d"] = float(sum(event["at"] >= as_of - pd.Timedelta(days=days) for event in past))
    answer["event_kinds"] = float(len({event["kind"] for event in past if event["kind"]}))
    answer["event_channels"] = float(len({event["channel"] for event in past if event["channel"]}))
    times = sorted(event["at"] for event in past)
    day = pd.Timedelta(days=1)
    answer["days_since_first_event"] = (as_of - times[0]) / day if times else float("nan")
    answer["days_since_last_event"] = (as_of - times[-1]) / day if times else float("nan")
    gaps = [(later - earlier) / day for earlier, later in itertools.pairwise(times)]
    answer["days_between_events"] = sum(gaps) / len(gaps) if gaps else float("nan")
    for word in ("kind", "channel"):
        said = sorted((event["at"], event[word]) for event in past if event[word])
        answer[f"last_event_{word}"] = said[-1][1] if said else None
    for kind in kinds:
        answer[f"events_of_{kind}"] = float(sum(event["kind"] == kind for event in past))
    return answer
