"""Reasons in the ledger: few, bounded, ASCII, and the same when read back."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from salescope.store import KeptReason, decode_reasons, encode_reasons
from salescope.store.reasons import LONGEST_REASONS, MOST_REASONS

texts = st.text(st.characters(exclude_categories=[]), max_size=40) | st.text('客\x00"\\a', max_size=900)
reasons = st.lists(st.builds(KeptReason, st.floats(), texts), max_size=12)


def shown(reason: KeptReason) -> KeptReason:
    return KeptReason(
        round(reason.contribution, 6), "".join("?" if "\ud800" <= c <= "\udfff" else c for c in reason.text)
    )


@given(reasons)
def test_what_is_kept_is_the_strongest_that_fit(given):
    kept = encode_reasons(given)
    assert kept.isascii()
    assert "\x00" not in kept
    assert len(kept) <= LONGEST_REASONS
    finite = [reason for reason in given if math.isfinite(reason.contribution)]
    strongest = [shown(reason) for reason in sorted(finite, key=lambda reason: -abs(reason.contribution))][
        :MOST_REASONS
    ]
    # The oracle takes the weakest away from the whole until it fits.
    while len(json.dumps([vars_of(reason) for reason in strongest], separators=(",", ":"))) > LONGEST_REASONS:
        strongest.pop()
    assert decode_reasons(kept) == tuple(strongest)


def vars_of(reason: KeptReason) -> dict[str, object]:
    return {"contribution": reason.contribution, "text": reason.text}


@given(st.text(max_size=60))
def test_whatever_stands_in_the_column_can_be_read(kept):
    assert isinstance(decode_reasons(kept), tuple)


def test_the_longest_line_that_fits_is_kept_whole():
    empty = len(encode_reasons([KeptReason(1.0, "")]))
    assert len(encode_reasons([KeptReason(1.0, "x" * (LONGEST_REASONS - empty))])) == LONGEST_REASONS
    assert encode_reasons([KeptReason(1.0, "x" * (LONGEST_REASONS - empty + 1))]) == "[]"
