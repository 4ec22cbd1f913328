"""The night: everybody once, the same however the work is cut, in the ledger and in one published table."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta

import pandas as pd
import pytest
from sqlalchemy import select
from tests.batch import customer_night
from tests.scoring import customer_company as made

from salescope.batch import score_customers, write_scores
from salescope.batch.engine import InlineExecutor, engine
from salescope.features import customer_features
from salescope.frames.errors import NothingPublishedError
from salescope.scoring import Baskets, customer_profiles
from salescope.sources import read_table
from salescope.store import (
    ProfileWish,
    decode_reasons,
    open_store,
    profile_of,
    publications,
    ranked_profiles,
)
from salescope.store.tables import PREDICTIONS


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return customer_night.night(tmp_path_factory.mktemp("night"))


@pytest.fixture(scope="module")
def night(workspace, tmp_path_factory):
    """Is one night in a store of its own, which no test changes."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('store')}/service.db")
    yield store, score_customers(workspace, as_of=made.as_of(), store=store, top=1)
    store.close()


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path}/service.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def checked(workspace):
    """Holds the tables, so that they are not checked again for every night."""
    return {name: read_table(workspace, name) for name in (*made.READ, "representatives")}


@pytest.fixture
def score(workspace, store, checked, monkeypatch):
    def run(**options):
        monkeypatch.setattr("salescope.batch.customers.read_table", lambda _, name: checked[name])
        return score_customers(workspace, store=store, **{"as_of": made.as_of(), "top": 1, **options})

    return run


def ledger(store):
    with store.reading() as connection:
        return pd.DataFrame(connection.execute(select(PREDICTIONS).order_by(PREDICTIONS.c.id)).mappings().all())


def published(store):
    return ranked_profiles(store, ProfileWish(size=1_000)).profiles


def test_everybody_is_there_once_with_the_profile_that_the_models_give_alone(night, checked):
    store, result = night
    tables = {name: checked[name].frame for name in made.READ}
    features = customer_features(tables, as_of=made.as_of())
    alone = customer_profiles(
        features,
        models=made.models(),
        as_of=made.as_of(),
        baskets=Baskets.from_orders(tables["orders"], as_of=made.as_of()),
        top=1,
    )
    assert result.publication.row_count == len(result.scores) == len(alone) == len(set(result.scores["customer_id"]))
    for profile in alone:
        kept = profile_of(store, profile.customer_id).profile
        told = json.loads(json.dumps(profile.content))
        of_all = {"rank": kept.content["next"]["rank"], "because": kept.content["next"]["because"]}
        assert kept.content == {**told, "next": {**told["next"], **of_all}}
        for name in ("owner", "region", "tier", "churn_probability", "expected_money"):
            assert getattr(kept, name) == getattr(profile, name)
        assert kept.rank_score == profile.gain


def test_ranks_are_within_the_capacity_of_each_representative(night, checked):
    store, _ = night
    capacity = checked["representatives"].frame.set_index("rep_id")["capacity"]
    steps = {}
    for profile in published(store):
        steps.setdefault(profile.owner, []).append(profile.content["next"])
    for owner, found in steps.items():
        gained = [step for step in found if step["gain"]]
        chosen = [step for step in gained if step["rank"]]
        assert [step["rank"] for step in chosen] == list(range(1, len(chosen) + 1))
        assert len(chosen) == min(len(gained), int(capacity[owner]))
        assert all(step["because"] is None for step in chosen)
        assert all("can take" in step["because"] for step in gained if not step["rank"])


def test_the_ledger_knows_every_answer_so_that_the_track_record_sees_it(night):
    store, result = night
    lines = ledger(store)
    scores = result.scores.set_index("customer_id")
    for model, column, said in (("churn", "churn_probability", "probability"), ("value", "expected_money", "value")):
        found = lines[lines["model"] == model].set_index("subject_id")
        expected = scores[column].dropna()
        assert found[said].reindex(expected.index).tolist() == expected.tolist()
        assert len(found) == len(expected)
        assert set(found["version"]) == {result.published[model].version}
    churn = lines[lines["model"] == "churn"]
    assert churn["outcome_window_days"].eq(made.WINDOW).all()
    assert churn["reasons"].map(decode_reasons).map(len).between(1, 2).all()
    assert len(set(lines["request_id"])) == 1
    assert lines["as_of"].eq(made.as_of().to_pydatetime().replace(tzinfo=UTC)).all()


def test_who_must_not_be_contacted_is_skipped_with_the_reason(score):
    scores = score(language="zh").scores.set_index("customer_id")
    refused = scores.loc[made.tables()["customers"]["customer_id"].tolist()[:2]]
    assert refused["not_chosen"].str.contains("拒絕|無法判讀").all()
    assert refused["products"].eq("").all()
    assert refused[["step", "gain", "rank"]].isna().all(axis=None)


def test_neither_partitions_nor_engines_change_a_bit(night, score, monkeypatch):
    whole = night[1].scores
    monkeypatch.setattr("salescope.batch.customer_parts.ROWS_A_PART", 25)
    told = []
    with ThreadPoolExecutor(1) as pool:
        cut = score(executor=pool, tell=lambda done, total: told.append((done, total))).scores
    pd.testing.assert_frame_equal(cut, whole, check_exact=True)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (len(whole), len(whole))
    assert len(told) == -(-len(whole) // 25)


def test_a_run_that_was_killed_is_taken_up_where_it_was(workspace, night, score, monkeypatch):
    monkeypatch.setattr("salescope.batch.customer_parts.ROWS_A_PART", 25)
    whole = night[1].scores
    folder, described = workspace.state / "batch" / "customers", []
    assert list(folder.glob("*.parquet*")) == []

    def breaks(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("salescope.batch.customers.choose", breaks)
    with pytest.raises(KeyboardInterrupt):
        score()
    left = sorted(folder.glob("*.parquet"))
    left[0].unlink()
    monkeypatch.undo()
    monkeypatch.setattr("salescope.batch.customer_parts.ROWS_A_PART", 25)
    truly = customer_profiles

    def counted(features, **options):
        described.append(len(features))
        return truly(features, **options)

    monkeypatch.setattr("salescope.batch.customer_parts.customer_profiles", counted)
    pd.testing.assert_frame_equal(score().scores, whole, check_exact=True)
    assert len(described) == 1
    assert list(folder.glob("*.parquet*")) == []


def test_old_tables_are_kept_as_many_as_asked_for(store, score):
    nights = [score(as_of=made.as_of() - timedelta(days=days)).publication.id for days in (2, 1)]
    last = score(keep=2).publication
    assert [publication.id for publication in publications(store)] == [last.id, nights[1]]
    assert (last.currency, last.row_count) == ("EUR", len(published(store)))
    assert last.versions == dict.fromkeys(customer_night.NAMES, "1")
    one = published(store)[0].customer_id
    assert profile_of(store, one).previous.publication.id == nights[1]


def test_an_earlier_night_looks_at_nothing_later(store, score):
    early = made.as_of() - timedelta(days=100)
    told = score(as_of=early)
    known = customer_features(made.tables(), as_of=early)
    assert sorted(told.scores["customer_id"]) == known["customer_id"].tolist()
    none = score(as_of=made.company().start - timedelta(days=9_000))
    assert (len(none.scores), none.publication.row_count) == (0, 0)
    assert none.scores.columns.tolist() == told.scores.columns.tolist()


def test_models_are_optional_but_not_all_of_them(workspace, store, tmp_path):
    bare = workspace.model_copy(update={"path": tmp_path})
    with pytest.raises(NothingPublishedError):
        score_customers(bare, as_of=made.as_of(), store=store)
    models = made.models()
    only = type(models)(segments=models.segments)
    customer_night.publish_models(bare, models=only, canary=made.features().head(5))
    told = score_customers(bare, as_of=made.as_of(), store=store)
    assert told.publication.versions == {"segments": "1"}
    assert told.scores["tier"].notna().all()
    assert told.scores["churn_probability"].isna().all()
    assert ledger(store).empty


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "json"])
def test_the_table_goes_into_every_format(night, tmp_path, ending):
    scores = night[1].scores
    path = tmp_path / f"customers.{ending}"
    write_scores(scores, path)
    assert path.stat().st_size > 0
    if ending == "csv":
        read = pd.read_csv(path, float_precision="round_trip")
        assert read["customer_id"].tolist() == scores["customer_id"].tolist()
        assert read["gain"].dropna().tolist() == scores["gain"].dropna().tolist()
        assert read["gain"].dropna().is_monotonic_decreasing


def test_few_rows_are_worked_on_here_and_a_failure_reaches_the_caller():
    with engine(None, rows=10) as chosen:
        assert isinstance(chosen, InlineExecutor)
        future = chosen.submit(int, "seven")
    with pytest.raises(ValueError, match="seven"):
        future.result()
    with ThreadPoolExecutor(1) as given, engine(given, rows=10**9) as chosen:
        assert chosen is given
