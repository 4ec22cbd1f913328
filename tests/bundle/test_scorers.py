"""A scorer becomes a bundle and comes back with the same bits, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from tests.bundle.made import MADE, made_bundle, made_leads, made_scorer, model_texts, resealed

from salescope.bundle import (
    KINDS,
    MANIFEST,
    bundle_model,
    canonical_json,
    check_structure,
    digest_of,
    load_as,
    load_model,
)
from salescope.frames.errors import BundleError, CanaryError, DamagedBundleError
from salescope.scoring import LeadScorer

ADDED = {MANIFEST, "canary.json", "card.json"}


def test_the_loaded_scorer_answers_bit_for_bit() -> None:
    leads = made_leads(seed=5)
    loaded = load_model(made_bundle())
    np.testing.assert_array_equal(loaded.decision_function(leads), made_scorer().decision_function(leads))


def test_equal_scorers_give_equal_digests() -> None:
    again = bundle_model(
        made_scorer(), canary_rows=made_leads(), card={"auc": 0.71, "as_of": "2025-11-01"}, made_with="0.1.0"
    )
    assert digest_of(again[MANIFEST]) == digest_of(made_bundle()[MANIFEST])
    assert digest_of(made_bundle(1)[MANIFEST]) != digest_of(made_bundle()[MANIFEST])


def test_a_bundle_holds_json_and_lightgbm_text_and_no_identifiers() -> None:
    files = made_bundle()
    assert {name.rpartition(".")[2] for name in files} == {"json", "txt"}
    assert not any(b"L17" in data for name, data in files.items() if name == "canary.json")
    assert json.loads(files["card.json"]) == {"auc": 0.71, "as_of": "2025-11-01"}


def test_the_contract_is_the_digest_of_the_input_schema() -> None:
    files = made_bundle()
    assert check_structure(files).contract == digest_of(files["schema.json"])


def test_another_digest_than_the_promoted_one_is_refused_though_the_bundle_is_sound() -> None:
    with pytest.raises(DamagedBundleError, match="was promoted"):
        load_model(made_bundle(1), digest=digest_of(made_bundle()[MANIFEST]))


def test_a_bundle_without_one_of_its_files_is_refused_even_when_resealed() -> None:
    for missing in set(made_bundle()) - {MANIFEST}:
        files = made_bundle()
        del files[missing]
        with pytest.raises(DamagedBundleError):
            load_model(resealed(files))


@pytest.mark.parametrize("kind", sorted(MADE))
def test_every_kind_comes_back_as_it_was(kind: str) -> None:
    files = MADE[kind]()
    model = load_model(files)
    assert model.kind == kind == check_structure(files).kind
    assert model.to_bundle() == {name: data for name, data in files.items() if name not in ADDED}


@pytest.mark.parametrize("kind", sorted(MADE))
def test_no_kind_is_rebuilt_from_nonsense_or_without_one_of_its_files(kind: str) -> None:
    files = MADE[kind]()
    for name in sorted(set(files) - {MANIFEST}):
        with pytest.raises(DamagedBundleError):
            load_model(resealed({other: data for other, data in files.items() if other != name}, kind=kind))
    for name in sorted(name for name in files if name.endswith(".json") and name not in {*ADDED, "schema.json"}):
        for nonsense in (b"{}", b"[]", b"null", b"7"):
            with pytest.raises(DamagedBundleError, match="cannot be rebuilt"):
                load_model(resealed({**files, name: nonsense}, kind=kind))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("extra.bin", b"", "its format is neither"),
        ("extra.pkl", b"\x80\x04.", "its format is neither"),
        ("card.json", b'{"a": NaN}', "NaN is not a number"),
        ("extra.npy", b"\x93NUMPY", "its format is neither"),
        ("extra.txt", b"tree\n", "no header"),
        ("scorer.json", b"{}", "cannot be rebuilt"),
        ("scorer.json", b"[]", "cannot be rebuilt"),
    ],
)
def test_unsound_files_are_refused_even_when_resealed(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(DamagedBundleError, match=reason):
        load_model(resealed({**made_bundle(), name: data}))


def test_the_members_of_another_scorer_are_told_by_the_canary_rows() -> None:
    ours, others = made_bundle(), made_bundle(1)
    for name in model_texts(ours):
        with pytest.raises(CanaryError):
            load_model(resealed({**ours, name: others[name]}))


def test_a_contract_that_is_not_the_schemas_is_refused() -> None:
    files = made_bundle()
    files[MANIFEST] = files[MANIFEST].replace(b'"contract":"', b'"contract":"0')
    with pytest.raises(DamagedBundleError, match="its contract is not"):
        load_model(files)


def test_an_unknown_kind_is_refused() -> None:
    files = made_bundle()
    files[MANIFEST] = files[MANIFEST].replace(b"lead_scorer", b"oracle")
    with pytest.raises(BundleError, match="its kind is 'oracle'"):
        load_model(files)


class Counter:
    """Is the smallest model of another kind: it counts what is nested in a record."""

    kind = "counter"

    def to_bundle(self) -> dict[str, bytes]:
        return {"schema.json": canonical_json(self.input_schema())}

    @classmethod
    def from_bundle(cls, files: Mapping[str, bytes]) -> Counter:
        assert set(files) == {"schema.json"}
        return cls()

    def input_schema(self) -> dict[str, object]:
        return {"columns": [], "ignored": {}, "example": {}}

    def canary_values(self, records: Sequence[Mapping[str, Sequence[float]]]) -> np.ndarray:
        return np.array([[float(len(row["orders"])), 0.5] for row in records])


def test_a_bundle_holds_any_kind_of_the_table_and_is_loaded_as_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    files = bundle_model(Counter(), canary_rows=[{"orders": [1, 2]}], card={}, made_with="0.1.0")
    with pytest.raises(DamagedBundleError, match="its kind is 'counter'; accepted: 'lead_scorer', "):
        check_structure(files)
    monkeypatch.setattr("salescope.bundle.scorers.KINDS", {**KINDS, "counter": lambda: Counter})
    assert isinstance(load_model(files), Counter)
    assert isinstance(load_as(Counter, files), Counter)
    with pytest.raises(DamagedBundleError, match="its kind is 'counter'; accepted: 'lead_scorer'"):
        load_as(LeadScorer, files)


def test_every_kind_of_the_table_is_named_as_its_class_says() -> None:
    assert {kind: read().kind for kind, read in KINDS.items()} == {kind: kind for kind in KINDS}


def test_a_scorer_may_not_take_the_names_of_the_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = made_scorer()
    monkeypatch.setattr(type(scorer), "to_bundle", lambda _: {"card.json": b"{}"})
    with pytest.raises(DamagedBundleError, match=r"may not name its own files 'card\.json'"):
        bundle_model(scorer, canary_rows=made_leads(), card={}, made_with="0.1.0")
