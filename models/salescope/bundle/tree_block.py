"""Structural check of one tree inside a LightGBM model text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from salescope.frames.errors import DamagedBundleError

__all__ = ["DEEPEST_TREE", "MOST_LEAVES", "check_tree"]

MOST_LEAVES = 65_536
DEEPEST_TREE = 200

_INTEGERS = re.compile(r"(?:-?\d{1,18}(?: -?\d{1,18})*)?", re.ASCII)
_NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]?\d{1,3})?"
_NUMBERS = re.compile(rf"(?:{_NUMBER}(?: {_NUMBER})*)?", re.ASCII)

_PER_SPLIT_INTEGERS = ("split_feature", "decision_type", "left_child", "right_child", "internal_count")
_PER_SPLIT_NUMBERS = ("split_gain", "internal_value", "internal_weight")
# LightGBM writes "inf" where a split only tells missing values from the rest: nothing known is greater.
_THRESHOLDS = re.compile(rf"(?:(?:inf|{_NUMBER})(?: (?:inf|{_NUMBER}))*)?", re.ASCII)
_PER_LEAF = ("leaf_value", "leaf_weight", "leaf_count")
_ORDER = (
    "Tree",
    "num_leaves",
    "num_cat",
    "split_feature",
    "split_gain",
    "threshold",
    "decision_type",
    "left_child",
    "right_child",
    "leaf_value",
    "leaf_weight",
    "leaf_count",
    "internal_value",
    "internal_weight",
    "internal_count",
    "cat_boundaries",
    "cat_threshold",
    "is_linear",
    "shrinkage",
)
_CATEGORICAL_ONLY = ("cat_boundaries", "cat_threshold")

# Bit 0 of a decision says "categorical", bit 1 "missing goes left", bits 2 and 3 how missing is marked (3 is unused).
_CATEGORICAL_BIT = 1
_MOST_DECISION = 11


@dataclass(frozen=True, slots=True)
class _Tree:
    """Reads fields of one tree and refuses what does not fit, naming the tree."""

    fields: dict[str, str]
    number: int
    file: str

    def refuse(self, *, problem: str) -> DamagedBundleError:
        return DamagedBundleError(self.file, problem=f"tree {self.number}: {problem}")

    def integers(self, name: str) -> list[int]:
        text = self.fields[name]
        if not _INTEGERS.fullmatch(text):
            raise self.refuse(problem=f"{name} holds something else than integers")
        return [int(token) for token in text.split()]

    def numbers(self, name: str) -> list[float]:
        text = self.fields[name]
        found = [float(token) for token in text.split()] if _NUMBERS.fullmatch(text) else [float("inf")]
        if any(abs(number) == float("inf") for number in found):
            raise self.refuse(problem=f"{name} holds something else than finite numbers")
        return found

    def thresholds(self) -> list[float]:
        tokens = self.fields["threshold"].split()
        found = [float(token) for token in tokens] if _THRESHOLDS.fullmatch(self.fields["threshold"]) else None
        # A number too large for float64 would read as the infinity that only the word may mean.
        if found is None or tokens.count("inf") != sum(abs(number) == float("inf") for number in found):
            raise self.refuse(problem="threshold holds something else than finite numbers and 'inf'")
        return found

    def integer(self, name: str, *, least: int, most: int) -> int:
        found = self.integers(name)
        if len(found) != 1 or not least <= found[0] <= most:
            raise self.refuse(
                problem=f"{name} is {self.fields[name][:24]!r}; one integer from {least} to {most} is accepted"
            )
        return found[0]

    def check_length(self, name: str, values: Sequence[object], *, accepted: Sequence[int]) -> None:
        if len(values) not in accepted:
            raise self.refuse(problem=f"{name} has {len(values)} values where {accepted[0]} are needed")


def check_tree(block: str, *, number: int, n_features: int, file: str) -> None:
    """Checks that a tree can be walked without leaving its own arrays.

    Parameters
    ----------
    block : str
        The text of the tree, from ``Tree=`` to the line ``shrinkage=``.
    number : int
        The number that the tree must have, counted from 0.
    n_features : int
        How many columns the model has.
    file : str
        The name of the file, for messages.

    Raises
    ------
    DamagedBundleError
        If fields are missing, repeated or out of order, lengths disagree, a child, column or category set is out of
        range, a node has not exactly one parent that precedes it, a number is not finite, or a leaf is linear.

    Notes
    -----
    LightGBM appends a node when it splits a leaf, so a child always follows its parent. Asking for that order, and
    for one parent a node, proves in one pass that the walk from the root ends and that it reaches every node.
    """
    tree = _Tree(_fields(block, number=number, file=file), number=number, file=file)
    tree.integer("Tree", least=number, most=number)
    tree.integer("is_linear", least=0, most=0)
    n_leaves = tree.integer("num_leaves", least=1, most=MOST_LEAVES)
    n_sets = tree.integer("num_cat", least=0, most=n_leaves - 1)
    tree.check_length("shrinkage", tree.numbers("shrinkage"), accepted=(1,))
    _check_lengths(tree, n_leaves=n_leaves)
    _check_columns(tree, n_features=n_features)
    _check_children(tree, n_leaves=n_leaves)
    _check_category_sets(tree, n_sets=n_sets)


def _fields(block: str, *, number: int, file: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in block.split("\n")]
    names = tuple(name for name, _, _ in pairs)
    plain = tuple(name for name in _ORDER if name not in _CATEGORICAL_ONLY)
    if names not in {_ORDER, plain}:
        raise DamagedBundleError(file, problem=f"tree {number}: its fields are not those of LightGBM's format v4")
    found = {name: text for name, _, text in pairs}
    return {"cat_boundaries": "", "cat_threshold": ""} | found


def _check_lengths(tree: _Tree, *, n_leaves: int) -> None:
    for name in _PER_SPLIT_INTEGERS:
        tree.check_length(name, tree.integers(name), accepted=(n_leaves - 1,))
    for name in _PER_SPLIT_NUMBERS:
        tree.check_length(name, tree.numbers(name), accepted=(n_leaves - 1,))
    tree.check_length("threshold", tree.thresholds(), accepted=(n_leaves - 1,))
    # A tree that never split is a single leaf, of which LightGBM writes the value alone.
    optional = (1, 0) if n_leaves == 1 else (n_leaves,)
    for name in _PER_LEAF:
        tree.check_length(name, tree.numbers(name), accepted=(n_leaves,) if name == "leaf_value" else optional)


def _check_columns(tree: _Tree, *, n_features: int) -> None:
    wrong = [column for column in tree.integers("split_feature") if not 0 <= column < n_features]
    if wrong:
        raise tree.refuse(problem=f"split_feature {wrong[0]} is not one of the {n_features} columns")


def _check_children(tree: _Tree, *, n_leaves: int) -> None:
    depth = {0: 0}
    leaves: set[int] = set()
    children = zip(tree.integers("left_child"), tree.integers("right_child"), strict=True)
    for parent, pair in enumerate(children):
        if parent not in depth:
            raise tree.refuse(problem=f"node {parent} has no parent that precedes it")
        for child in pair:
            if child < 0:
                if ~child >= n_leaves or ~child in leaves:
                    raise tree.refuse(
                        problem=f"node {parent} has child {child}, which is no leaf or another node's leaf"
                    )
                leaves.add(~child)
            elif not parent < child < n_leaves - 1 or child in depth:
                raise tree.refuse(
                    problem=f"node {parent} has child {child}, which does not follow it or has another parent"
                )
            elif depth[parent] == DEEPEST_TREE:
                raise tree.refuse(problem=f"it is deeper than {DEEPEST_TREE} levels")
            else:
                depth[child] = depth[parent] + 1


def _check_category_sets(tree: _Tree, *, n_sets: int) -> None:
    decisions = tree.integers("decision_type")
    wrong = [decision for decision in decisions if not 0 <= decision <= _MOST_DECISION]
    if wrong:
        raise tree.refuse(problem=f"decision_type {wrong[0]} does not exist")
    pairs = zip(decisions, tree.thresholds(), strict=True)
    chosen = sorted(threshold for decision, threshold in pairs if decision & _CATEGORICAL_BIT)
    if chosen != list(range(n_sets)):
        raise tree.refuse(problem=f"its categorical splits do not name each of its {n_sets} category sets once")
    bounds, words = tree.integers("cat_boundaries"), tree.integers("cat_threshold")
    tree.check_length("cat_boundaries", bounds, accepted=(n_sets + 1,) if n_sets else (0,))
    rising = all(before < after for before, after in pairwise(bounds))
    if n_sets and not (bounds[0] == 0 and rising and bounds[-1] == len(words)):
        raise tree.refuse(problem="cat_boundaries do not rise from 0 to the length of cat_threshold")
    if (words and not n_sets) or any(not 0 <= word < 2**32 for word in words):
        raise tree.refuse(problem="cat_threshold holds something else than words of 32 bits")
