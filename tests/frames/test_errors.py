"""The errors of settings and sources: one root, and messages that end with a full stop."""

from __future__ import annotations

import inspect

import pytest

from salescope.frames import errors
from salescope.frames.errors import (
    SalescopeError,
    SettingsError,
    SourceError,
    UnknownNameError,
    WorkspaceExistsError,
    listed,
)

CLASSES = [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, Exception)]


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_has_the_one_root_and_stands_in_the_drawn_tree(error):
    assert issubclass(error, SalescopeError)
    assert error.__name__ in (errors.__doc__ or "")
    assert error.__name__ in errors.__all__


@pytest.mark.parametrize(
    "error",
    [
        SettingsError("'x' is not accepted", place="salescope.yaml, line 3"),
        WorkspaceExistsError("salescope.yaml"),
        SourceError("leads.csv", fault="is empty", remedy="Export it again"),
        UnknownNameError("x", what="column", where="leads", accepted=[]),
        UnknownNameError("sorce", what="column", where="leads", accepted=["source"]),
    ],
)
def test_a_message_is_one_line_and_ends_with_a_full_stop(error):
    assert str(error).endswith(".")
    assert "\n" not in str(error)


def test_a_long_list_is_cut_after_five():
    assert listed(list(range(17))) == "0, 1, 2, 3, 4 … and 12 more"
