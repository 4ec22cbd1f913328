"""Twenty values that databases keep differently, put into every place where a caller's value reaches the store.

What became of each is told as a text: that it was refused, with the message, or what was read back. Two databases agree where all the
texts are equal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count

import numpy as np
import pandas as pd
from sqlalchemy import Table, select
from tests.store.made import (
    ABOUT,
    forecast_edition,
    futures_edition,
    made_change,
    made_edition,
    made_futures,
    made_outcome,
    made_prediction,
    made_profile,
    made_row,
)

from salescope.frames.errors import SalescopeError
from salescope.store import (
    ForecastWish,
    NewPlan,
    ProfileWish,
    Store,
    StoreUnavailableError,
    TrackWish,
    create_key,
    create_plan,
    current_futures,
    find_key,
    forecast_nodes,
    forecast_page,
    forecasts_of,
    list_keys,
    plan_of,
    plan_page,
    predictions_with_outcomes,
    profile_of,
    publish_forecasts,
    publish_futures,
    publish_profiles,
    ranked_profiles,
    record_outcomes,
    record_predictions,
    retire_publications,
    revise_plan,
    revoke_key,
)
from salescope.store.tables import (
    API_KEYS,
    CUSTOMER_PROFILES,
    FORECAST_ROWS,
    OUTCOMES,
    PLANS,
    PREDICTIONS,
    PUBLICATIONS,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))

VALUES: dict[str, object] = {
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "1.5": 1.5,
    "minus zero": -0.0,
    "a denormal": 5e-324,
    "a huge integer": 2**70,
    "an integer of 400 digits": 10**400,
    "true": True,
    "a decimal": Decimal("0.1"),
    "a text of a number": "1",
    "NULL": None,
    "an empty text": "",
    "trailing spaces": "a  ",
    "NUL": "a\x00b",
    "half a surrogate pair": "a\ud83d",
    "a huge text": "x" * 1_000_000,
    "emoji and combining marks": "\U0001f469\u200d\U0001f4bb e\u0301 é ﬁ",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd\u200f abc\u202c",
    "quotes and a comment": "'\"; DROP TABLE api_keys;--\\%_",
    "a naive time": datetime(2026, 3, 1, 12),  # noqa: DTZ001
    "a time of the far east": datetime(2026, 3, 1, 1, 59, 59, 999_999, tzinfo=EAST),
    "a leap second": "2016-12-31T23:59:60Z",
    "the first instant": datetime(1, 1, 1, tzinfo=UTC),
    "before the first instant": datetime(1, 1, 1, tzinfo=EAST),
    "the last instant": datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    "after the last instant": datetime(9999, 12, 31, 23, 59, 59, tzinfo=WEST),
    "nanoseconds": pd.Timestamp("2026-03-01T12:00:00.123456789Z"),
    "no time": pd.NaT,
    "a float of NumPy": np.float64(0.1),
    "a short float of NumPy": np.float32(0.1),
    "an integer of NumPy": np.int64(7),
    "bytes": b"abc",
    "a list": ["a"],
}

Put = Callable[[Store, object], object]


def newest(store: Store, table: Table, column: str) -> object:
    """Reads a column of the row that was written last."""
    orders = {CUSTOMER_PROFILES: "publication_id", FORECAST_ROWS: "publication_id", API_KEYS: "created_at"}
    with store.reading() as connection:
        ordered = select(table.c[column]).order_by(table.c[orders.get(table, "id")].desc())
        return connection.execute(ordered.limit(1)).scalar_one()


def unaltered(value: object, found: object) -> object:
    """Gives what was read back; it means what was put in, to the microsecond."""
    meant = value
    if isinstance(value, datetime):
        meant = datetime(*value.timetuple()[:6], value.microsecond, tzinfo=value.tzinfo)
    assert found == meant, f"{value!r} came back as {found!r}"
    return found


def into_predictions(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        record_predictions(store, [[made_prediction(**{"value": 1.0, field: value})]])
        return unaltered(value, newest(store, PREDICTIONS, field))

    return put


def into_intervals(store: Store, value: object) -> object:
    record_predictions(store, [[made_prediction(value=0.0, value_low=value, value_high=value)]])
    return [unaltered(value, newest(store, PREDICTIONS, name)) for name in ("value_low", "value_high")]


KEYS = count()


def into_outcomes(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        outcome = made_outcome(**{"key": f"k{next(KEYS)}", field: value})
        told = [it for _ in range(2) for it in record_outcomes(store, [[outcome]])[0]]
        assert [getattr(it, "state", "conflict") for it in told] == ["recorded", "known"]
        return unaltered(value, newest(store, OUTCOMES, "idempotency_key" if field == "key" else field))

    return put


def into_profiles(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        profile = made_profile(**{"customer_id": "C", field: value})
        publish_profiles(store, [profile], of=made_edition())
        retire_publications(store, keep=1)
        found = profile_of(store, profile.customer_id)
        assert found is not None
        return unaltered(value, getattr(found.profile, field)), newest(store, CUSTOMER_PROFILES, field)

    return put


def into_content(store: Store, value: object) -> object:
    return into_profiles("content")(store, {"value": value})


def into_forecasts(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        level = {"levels": [value]} if field == "level" else {}
        row = made_row(**{"lo_80": -1e13, "hi_80": 1e13, "lo_95": -1e13, "hi_95": 1e13, field: value})
        publish_forecasts(store, [row], of=forecast_edition(), about={**ABOUT, **level})
        retire_publications(store, keep=1, name="forecasts")
        found = forecasts_of(store, node=row.node)
        assert found is not None
        return unaltered(value, getattr(found.rows[0], field)), newest(store, FORECAST_ROWS, field)

    return put


def into_contributions(store: Store, value: object) -> object:
    row = made_row(contributions={"trend": value})
    publish_forecasts(store, [row], of=forecast_edition(), about=ABOUT)
    found = forecasts_of(store, node="all")
    assert found is not None
    return unaltered(value, found.rows[0].contributions["trend"])


def into_responses(store: Store, value: object) -> object:
    row = made_row(responses={"promotion": (0.5, value)})
    publish_forecasts(store, [row], of=forecast_edition(), about=ABOUT)
    found = forecasts_of(store, node="all")
    assert found is not None
    return unaltered(value, found.rows[0].responses["promotion"][1])


def into_about(name: str) -> Put:
    def put(store: Store, value: object) -> object:
        about = {**ABOUT, "coverage": {"all": {"80": value}}} if name == "coverage" else {**ABOUT, name: value}
        published = publish_forecasts(store, [], of=forecast_edition(), about=about)
        return unaltered(about[name], published.about[name])

    return put


def asked_for_forecasts(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        page = forecast_page(store, ForecastWish(**{field: value}))
        return [rows[0].node for rows in page.nodes], page.cursor

    return put


def asked_for_a_forecast(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        found = forecasts_of(store, **{"node": "all", field: value})
        return None if found is None else [row.node for row in found.rows]

    return put


def asked_for_nodes(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        return [node.name for node in forecast_nodes(store, **{field: value}).nodes]

    return put


def into_publications(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        published = publish_profiles(store, [], of=made_edition(**{field: value}))
        return unaltered(value, getattr(published, field)), newest(store, PUBLICATIONS, field)

    return put


def into_versions(store: Store, value: object) -> object:
    return into_publications("versions")(store, {"churn": value})


def into_keys(argument: str, *, column: str) -> Put:
    def put(store: Store, value: object) -> object:
        made = create_key(store, **{"label": "CRM", "scopes": ["admin"], "at": NOON, argument: value})
        (found,) = [key for key in list_keys(store) if key.id == made.record.id]
        assert found == made.record
        return unaltered(value, getattr(found, column))

    return put


def into_revocation(store: Store, value: object) -> object:
    made = create_key(store, label="CRM", scopes=["admin"], at=NOON)
    return unaltered(value, revoke_key(store, made.record.id, at=value).revoked_at)


def into_new_plans(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        new = NewPlan(**{"name": "2027", "digest": "ab" * 32, field: value})
        told = [create_plan(store, new, change=made_change()) for _ in range(2)]
        assert value is None or field != "key" or [is_new for _, is_new in told][1] is False
        return unaltered(value, newest(store, PLANS, {"key": "idempotency_key"}.get(field, field)))

    return put


def into_changes(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        change = made_change(**{field: value})
        plan, _ = create_plan(store, NewPlan(name="2027", digest="ab" * 32), change=change)
        return unaltered(value, getattr(plan_of(store, plan.plan_id), field))

    return put


def into_plans(store: Store, value: object) -> object:
    plan, _ = create_plan(store, NewPlan(name="2027", digest="ab" * 32), change=made_change(content={"a": value}))
    return unaltered(value, plan_of(store, plan.plan_id).content["a"])


def asked_for_a_plan(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        wanted = {"plan_id": 1, "version": 1, field: value}
        return plan_of(store, wanted["plan_id"], version=wanted["version"]).name

    return put


def asked_to_revise(store: Store, value: object) -> object:
    plan, _ = create_plan(store, NewPlan(name="2027", digest="ab" * 32), change=made_change())
    return revise_plan(store, plan.plan_id, version=value, change=made_change(action="lock")).version


def asked_for_plans(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        return len(plan_page(store, **{"limit": 1, field: value}).plans)

    return put


def into_futures(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        publish_futures(store, made_futures(**{field: value}), of=futures_edition())
        retire_publications(store, keep=1, name="futures")
        return current_futures(store).about[field]

    return put


def into_futures_of_a_leaf(store: Store, value: object) -> object:
    keys = {"region": ["N", "N", "S", "S"], "rep": ["1", "2", "3", value]}
    publish_futures(store, made_futures(keys=keys), of=futures_edition())
    return "kept"


def asked_for_a_profile(store: Store, value: object) -> object:
    return profile_of(store, value)


def asked_for_a_key(store: Store, value: object) -> object:
    # Only texts come so far: a header is one.
    return find_key(store, str(value), at=NOON)


def asked_for_a_rank(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        page = ranked_profiles(store, ProfileWish(**{field: value}))
        return [profile.customer_id for profile in page.profiles], page.cursor

    return put


def asked_for_a_record(field: str) -> Put:
    def put(store: Store, value: object) -> object:
        plain = {"model": "churn", "subject_kind": "customer", "since": NOON, "until": NOON, field: value}
        return list(predictions_with_outcomes(store, TrackWish(**plain)))

    return put


PLACES: dict[str, Put] = {
    **{
        f"predictions.{field}": into_predictions(field)
        for field in (
            *("subject_id", "model", "version", "digest", "request_id", "reasons", "probability", "score", "grade"),
            *("value", "horizon_days", "outcome_window_days", "as_of", "at"),
        )
    },
    "predictions.value_low and value_high": into_intervals,
    **{
        f"outcomes.{field}": into_outcomes(field)
        for field in (
            *("key", "subject_kind", "subject_id", "kind", "happened_at", "amount", "received_at", "request_id"),
        )
    },
    **{
        f"customer_profiles.{field}": into_profiles(field)
        for field in (
            "customer_id",
            "owner",
            "region",
            "tier",
            "churn_probability",
            "expected_money",
            "rank_score",
            "content",
        )
    },
    "customer_profiles.content, inside": into_content,
    **{f"publications.{field}": into_publications(field) for field in ("name", "as_of", "at", "versions", "currency")},
    "publications.versions, inside": into_versions,
    **{
        f"forecasts.{field}": into_forecasts(field)
        for field in (
            *("node", "level", "date", "step", "mean", "lo_80", "hi_80", "lo_95", "hi_95"),
            *("baseline", "contributions", "responses"),
        )
    },
    "forecasts.contributions, inside": into_contributions,
    "forecasts.responses, inside": into_responses,
    **{
        f"publications.about, {name}": into_about(name)
        for name in ("frequency", "horizon", "unit", "levels", "coverage", "more")
    },
    **{
        f"forecast_page, {field}": asked_for_forecasts(field)
        for field in ("node", "level", "horizon", "as_of", "size", "cursor")
    },
    **{f"forecasts_of, {field}": asked_for_a_forecast(field) for field in ("node", "horizon", "as_of")},
    **{f"forecast_nodes, {field}": asked_for_nodes(field) for field in ("level", "after", "limit")},
    "api_keys.label": into_keys("label", column="label"),
    "api_keys.created_at": into_keys("at", column="created_at"),
    "api_keys.expires_at": into_keys("expires_at", column="expires_at"),
    "api_keys.revoked_at": into_revocation,
    **{f"plans.{field}": into_new_plans(field) for field in ("name", "digest", "key")},
    **{
        f"plan_versions.{field}": into_changes(field)
        for field in ("action", "content", "at", "by", "key_id", "request_id", "reason")
    },
    "plan_versions.content, inside": into_plans,
    **{f"plan_of, {field}": asked_for_a_plan(field) for field in ("plan_id", "version")},
    "revise_plan, version": asked_to_revise,
    **{f"plan_page, {field}": asked_for_plans(field) for field in ("status", "after", "limit")},
    **{f"publications.about of futures, {field}": into_futures(field) for field in ("kind", "closed", "notes")},
    "published_arrays, keys": into_futures_of_a_leaf,
    "profile_of, customer_id": asked_for_a_profile,
    "find_key": asked_for_a_key,
    **{f"ranked_profiles, {field}": asked_for_a_rank(field) for field in ("region", "tier", "owner", "size", "cursor")},
    **{
        f"predictions_with_outcomes, {field}": asked_for_a_record(field)
        for field in ("model", "subject_kind", "since", "until", "version")
    },
}


def fates(store: Store) -> dict[tuple[str, str], str]:
    """Puts every value into every place and tells what became of it, by (place, value)."""
    return {(place, name): fate(put, store, value) for place, put in PLACES.items() for name, value in VALUES.items()}


def fate(put: Put, store: Store, value: object) -> str:
    try:
        found = put(store, value)
    except StoreUnavailableError as error:
        # Nothing may come so far: what one database refuses by itself another one keeps.
        return f"refused by the database: {error.reason}"
    except SalescopeError as error:
        return f"refused: {error}"
    return f"kept: {found!r}"
