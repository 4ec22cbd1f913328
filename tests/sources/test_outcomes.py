"""Outcomes: which rule decides, and what an unknown value is answered with."""

from __future__ import annotations

import pandas as pd
import pytest

from salescope.frames.errors import UnknownNameError
from salescope.project import OutcomeSettings
from salescope.sources.outcomes import mapped_outcomes

CELLS = pd.DataFrame(
    {
        "Stage": ["Won", "Lost", "New", None, "WON", "Odd"],
        "Active": ["false", "true", "false", "false", "true", "true"],
        "Converted": ["0", "1", "0", "0", "0", "0"],
    },
    dtype="str",
)


def outcomes(**rules: object) -> tuple[list[str], list[bool] | None]:
    settings = OutcomeSettings.model_validate({"column": "Stage", "won": ["won"], **rules})
    found, fault = mapped_outcomes(CELLS, settings, column="Stage", source="leads.csv")
    return found.tolist(), None if fault is None else fault.wrong.tolist()


def test_letter_case_is_ignored_and_a_missing_value_is_open():
    assert outcomes(lost=["lost"], open=["new", "odd"]) == (["won", "lost", "open", "open", "won", "open"], None)


def test_an_unknown_value_is_marked():
    assert outcomes(lost=["lost"], open=["new"])[1] == [False, False, False, False, False, True]


def test_the_star_takes_every_other_value():
    assert outcomes(lost=["lost"], open=["*"])[1] is None


def test_another_column_may_say_lost_but_never_of_a_won_lead():
    found, _ = outcomes(open=["*"], lost_when={"Active": ["False"]})
    assert found == ["won", "open", "lost", "lost", "won", "open"]


def test_another_column_that_says_won_goes_first():
    assert outcomes(lost=["lost"], open=["*"], won_when={"Converted": ["1"]})[0][1] == "won"


def test_a_misspelt_deciding_column_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'Active'"):
        outcomes(open=["*"], lost_when={"Actve": ["false"]})
