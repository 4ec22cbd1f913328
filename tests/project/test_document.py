"""YAML with line numbers: what it refuses that YAML would accept."""

from __future__ import annotations

import pytest

from salescope.frames.errors import SettingsError
from salescope.project.document import read_document


@pytest.mark.parametrize(
    "word", ["yes", "no", "Yes", "NO", "on", "off", "y", "n", "2024-01-31", "12:30:00", "007", "1_000", "0x1F"]
)
def test_words_that_yaml_changes_stay_words(word):
    assert read_document(f"value: {word}", name="s.yaml").content == {"value": word}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("true", True), ("false", False), ("null", None), ("~", None), ("", None), ("1", 1), ("1.5", 1.5)],
)
def test_plain_values_keep_their_meaning(written, meant):
    assert read_document(f"value: {written}", name="s.yaml").content == {"value": meant}


def test_a_key_given_twice_is_refused_with_both_lines():
    with pytest.raises(SettingsError, match=r"s.yaml, line 4 \(tables.leads.path\).*first in line 3"):
        read_document("tables:\n  leads:\n    path: a\n    path: b\n", name="s.yaml")


@pytest.mark.parametrize(
    "text",
    ["a: [", "a: b: c", "\t- x", "!!python/object/apply:os.system ['true']", "a: !!python/name:os.system", "- a", "text",
     "a: *nowhere", "a: &x [*x]", "? [a]\n: b"],
)  # fmt: skip
def test_what_is_not_plain_yaml_is_refused_in_one_line(text):
    with pytest.raises(SettingsError) as caught:
        read_document(text, name="s.yaml")
    assert "\n" not in str(caught.value)
    assert "s.yaml" in str(caught.value)


def test_deep_nesting_is_refused():
    with pytest.raises(SettingsError):
        read_document("a: " + "[" * 5_000 + "]" * 5_000, name="s.yaml")


def test_the_line_of_a_missing_key_is_that_of_its_section():
    document = read_document("tables:\n  leads:\n    path: a\n", name="s.yaml")
    assert document.where(("tables", "leads", "url")) == "s.yaml, line 2 (tables.leads.url)"
