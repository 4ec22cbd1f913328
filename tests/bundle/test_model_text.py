"""A LightGBM text is walked through in Python before LightGBM sees it."""

from __future__ import annotations

import re
from functools import cache

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salescope.bundle.model_text import check_model_text
from salescope.frames.errors import DamagedBundleError


@cache
def model_text(**parameters: object) -> bytes:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 4))
    X[:, 2] = rng.integers(0, 40, 400)
    X[::7, 0] = np.nan
    y = (rng.random(400) < 1 / (1 + np.exp(-np.nan_to_num(X[:, 0]) - (X[:, 2] % 3 - 1)))).astype(int)
    settings = {
        "objective": "binary",
        "num_leaves": 7,
        "num_threads": 1,
        "verbosity": -1,
        "min_data_per_group": 5,
        "cat_smooth": 1,
        "seed": 0,
    }
    data = lgb.Dataset(X, y, categorical_feature=[2], free_raw_data=False)
    return lgb.train(settings | parameters, data, 4).model_to_string().encode()


def replaced(pattern: bytes, by: bytes, *, text: bytes | None = None) -> bytes:
    """Replaces the first match, and puts tree_sizes right again so that only the change itself is wrong."""
    changed, count = re.subn(pattern, by, text or model_text(), count=1, flags=re.MULTILINE)
    assert count == 1, pattern
    head, mark, tail = changed.partition(b"\n\nTree=0\n")
    blocks = re.findall(rb"Tree=\d+\n.*?\n\n\n", mark[2:] + tail, re.DOTALL)
    sizes = b" ".join(str(len(block)).encode() for block in blocks)
    return re.sub(rb"tree_sizes=.*", b"tree_sizes=" + sizes, head) + mark + tail


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"num_leaves": 63, "min_data_in_leaf": 1},
        {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6},
        {"min_data_in_leaf": 399},
        {"monotone_constraints": [1, 0, 0, 0]},
        {"objective": "regression"},
        {"objective": "cross_entropy"},
        {"zero_as_missing": True},
        {"use_missing": False},
    ],
    ids=str,
)
def test_what_lightgbm_writes_passes(parameters: dict[str, object]) -> None:
    text = model_text(**parameters) if parameters.get("monotone_constraints") is None else _monotone()
    check_model_text(text, file="m.txt")


@cache
def _monotone() -> bytes:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 2))
    settings = {"objective": "binary", "num_threads": 1, "verbosity": -1, "monotone_constraints": [1, 0]}
    return lgb.train(settings, lgb.Dataset(X, (X[:, 0] > 0).astype(int)), 2).model_to_string().encode()


@pytest.mark.parametrize(
    ("pattern", "by", "reason"),
    [
        (rb"^left_child=\S+", b"left_child=99", "does not follow it"),
        (rb"^left_child=\S+", b"left_child=0", "does not follow it"),
        (rb"^left_child=\S+", b"left_child=-8", "no leaf or another"),
        (rb"^left_child=\S+", b"left_child=-1", "(no leaf or another|no parent|does not follow)"),
        (rb"^right_child=\S+", b"right_child=2147483648", "does not follow it"),
        (rb"^split_feature=\S+", b"split_feature=4", "split_feature 4 is not one of the 4 columns"),
        (rb"^split_feature=\S+", b"split_feature=-1", "split_feature -1"),
        (rb"^num_leaves=\d+", b"num_leaves=8", "(values where|num_cat)"),
        (rb"^num_leaves=\d+", b"num_leaves=0", "num_leaves is '0'"),
        (rb"^num_leaves=\d+", b"num_leaves=99999999", "from 1 to 65536"),
        (rb"^num_cat=\d+", b"num_cat=1", "categorical splits"),
        (rb"^decision_type=\S+", b"decision_type=12", "decision_type 12 does not exist"),
        (rb"^threshold=\S+", b"threshold=nan", "finite numbers"),
        (rb"^threshold=\S+", b"threshold=1e999", "finite numbers"),
        (rb"^leaf_value=\S+", b"leaf_value=inf", "finite numbers"),
        (rb"^leaf_value=\S+ ", b"leaf_value=", "leaf_value has 6 values where 7"),
        (rb"^cat_boundaries=0", b"cat_boundaries=1", "cat_boundaries do not rise"),
        (rb"^cat_boundaries=0 \d+", b"cat_boundaries=0 99", "cat_boundaries do not rise"),
        (rb"^cat_threshold=\d+", b"cat_threshold=4294967296", "words of 32 bits"),
        (rb"^is_linear=0", b"is_linear=1", "is_linear is '1'"),
        (rb"^shrinkage=.*", b"shrinkage=", "shrinkage has 0 values"),
        (rb"^split_gain=", b"split_pain=", "its fields are not those"),
        (rb"^Tree=1", b"Tree=7", "Tree is '7'"),
        (rb"^version=v4", b"version=v3", "header is not that"),
        (rb"^num_class=1", b"num_class=2", "header is not that"),
        (rb"^objective=.*", b"objective=custom", "header is not that"),
        (rb"^max_feature_idx=3", b"max_feature_idx=2", "feature_names must hold 3"),
        (rb"^feature_names=\S+", b"feature_names=Column_1", "different names"),
        (rb"^feature_infos=\S+ ", b"feature_infos=", "ranges of 4 columns"),
        (rb"^end of trees", b"end of tress", "must follow"),
        (rb"^pandas_categorical:null", b"pandas_categorical:[[1]]", "must follow"),
        (rb"^\[device_type: cpu\]", b"[device_type: cpu", "must follow"),
    ],
)
def test_each_departure_is_refused_and_named(pattern: bytes, by: bytes, reason: str) -> None:
    with pytest.raises(DamagedBundleError, match=reason):
        check_model_text(replaced(pattern, by), file="m.txt")


def test_sizes_that_disagree_with_the_trees_are_refused() -> None:
    text = re.sub(rb"tree_sizes=\d+", b"tree_sizes=17", model_text())
    with pytest.raises(DamagedBundleError, match="tree 0 does not end where tree_sizes says"):
        check_model_text(text, file="m.txt")


def test_two_nodes_that_are_each_others_child_are_refused() -> None:
    # Every node and leaf is named exactly once, and yet a walk that enters the pair never leaves it.
    text = replaced(rb"^left_child=.*", b"left_child=-1 2 1 3 4 5")
    with pytest.raises(DamagedBundleError, match="tree 0: node"):
        check_model_text(text, file="m.txt")


def test_a_chain_that_is_too_deep_is_refused() -> None:
    n_leaves = 400
    children = " ".join(map(str, range(1, n_leaves - 1)))
    leaves = " ".join(str(~leaf) for leaf in range(2, n_leaves))
    text = model_text(min_data_in_leaf=399).decode()
    for field in ("split_feature", "split_gain", "threshold", "internal_value", "internal_weight", "internal_count"):
        text = re.sub(rf"^{field}=$", f"{field}=" + " ".join(["0"] * (n_leaves - 1)), text, count=1, flags=re.MULTILINE)
    text = re.sub(
        r"^decision_type=$", "decision_type=" + " ".join(["2"] * (n_leaves - 1)), text, count=1, flags=re.MULTILINE
    )
    text = re.sub(r"^left_child=$", f"left_child={children} -1", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^right_child=$", f"right_child=-2 {leaves}", text, count=1, flags=re.MULTILINE)
    for field in ("leaf_value", "leaf_weight", "leaf_count"):
        text = re.sub(rf"^{field}=.*$", f"{field}=" + " ".join(["1"] * n_leaves), text, count=1, flags=re.MULTILINE)
    changed = replaced(rb"^num_leaves=1$", b"num_leaves=400", text=text.encode())
    with pytest.raises(DamagedBundleError, match="deeper than 200 levels"):
        check_model_text(changed, file="m.txt")


@given(st.data())
def test_cutting_anywhere_is_refused(data: st.DataObject) -> None:
    text = model_text()
    # The last lines hold nothing LightGBM needs; a text that ends there in full is a text without them.
    place = data.draw(st.integers(0, text.index(b"end of parameters")))
    with pytest.raises(DamagedBundleError):
        check_model_text(text[:place], file="m.txt")


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_the_designed_error(data: bytes) -> None:
    with pytest.raises(DamagedBundleError):
        check_model_text(data, file="m.txt")


def test_a_split_between_missing_and_the_rest_passes() -> None:
    X = np.where(np.arange(400) % 3 == 0, np.nan, np.random.default_rng(0).normal(size=400))[:, None]
    settings = {"objective": "binary", "num_threads": 1, "verbosity": -1, "min_data_in_leaf": 5}
    text = lgb.train(settings, lgb.Dataset(X, np.isnan(X[:, 0])), 1).model_to_string().encode()
    assert b"threshold=inf" in text
    check_model_text(text, file="trees.txt")
    with pytest.raises(DamagedBundleError, match="threshold"):
        check_model_text(replaced(rb"^threshold=inf", b"threshold=nan", text=text), file="trees.txt")


@pytest.mark.parametrize("seed", range(12))
def test_texts_from_odd_columns_pass(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_rows = 150
    odd = {
        "missing": np.full(n_rows, np.nan),
        "constant": np.full(n_rows, 3.0),
        "half missing": np.where(rng.random(n_rows) < 0.5, np.nan, rng.normal(size=n_rows)),
        "infinite": rng.choice([np.inf, -np.inf, 0.0, 1.0], n_rows),
        "extreme": rng.choice([1e300, -1e300, 5e-324, 0.0], n_rows),
        "codes": rng.integers(0, 50, n_rows).astype(float),
    }
    names = list(rng.permutation(list(odd)))
    X = np.column_stack([odd[name] for name in names])
    y = np.isnan(odd["half missing"]) if seed % 2 else rng.random(n_rows) < 0.3
    settings = {
        "objective": "binary",
        "num_threads": 1,
        "verbosity": -1,
        "num_leaves": int(rng.integers(2, 40)),
        "min_data_in_leaf": 2,
        "min_data_per_group": 2,
        "zero_as_missing": seed % 3 == 0,
        "extra_trees": seed % 5 == 0,
    }
    data = lgb.Dataset(X, y, categorical_feature=[names.index("codes")])
    check_model_text(lgb.train(settings, data, 6).model_to_string().encode(), file="m.txt")
