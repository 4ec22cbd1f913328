"""The section of sales: its defaults, and what it does not accept."""

from __future__ import annotations

import pytest

from salescope.frames.errors import SettingsError, UnknownNameError
from salescope.project import load_workspace


def loaded(folder, text):
    (folder / "salescope.yaml").write_text(text, encoding="utf-8")
    return load_workspace(folder, environment={}).sales


@pytest.mark.parametrize("text", ["workspace:\n  name: A\n", "sales:\n"])
def test_without_a_word_a_year_of_months_is_forecast_for_regions_and_representatives(tmp_path, text):
    sales = loaded(tmp_path, text)
    assert (sales.frequency, sales.horizon, sales.measure, sales.levels) == ("month", 12, "money", (80, 95))
    assert dict(sales.hierarchy) == {"region": ("region",), "rep": ("region", "rep_id")}


def test_a_level_may_be_one_column(tmp_path):
    sales = loaded(tmp_path, "sales:\n  frequency: week\n  hierarchy:\n    product: product_id\n  levels: [50]\n")
    assert dict(sales.hierarchy) == {"product": ("product_id",)}
    assert (sales.frequency, sales.levels) == ("week", (50,))


@pytest.mark.parametrize(
    "line",
    ["frequency: year", "horizon: 0", "horizon: 1001", "measure: euro", "levels: [95, 80]", "levels: [80, 80]",
     "levels: []", "levels: [100]", "windows: 0", "seed: -1", "hierarchy: {region: []}"],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_place(tmp_path, line):
    with pytest.raises(SettingsError, match="sales"):
        loaded(tmp_path, f"sales:\n  {line}\n")


def test_a_misspelt_key_is_told_with_the_near_one(tmp_path):
    with pytest.raises(UnknownNameError, match="horizon"):
        loaded(tmp_path, "sales:\n  horizons: 3\n")
