"""Row 1: in a fresh clone, `make demo` ends well and shows a scored lead with reasons and the pages' addresses."""

from __future__ import annotations

from tests.acceptance.clones import fresh_clone, timed_make
from tests.acceptance.outcome import Outcome

__all__ = ["run"]

MOST_SECONDS = 180.0
SHOWN = ("Promoted.", "score", "grade", "raises the chance", "Pages for people", "/docs", "/readyz")


def run() -> Outcome:
    """Sets the clone up first, for downloads do not count."""
    with fresh_clone() as clone:
        code, seconds, said = timed_make(clone, "demo")
    missing = [text for text in SHOWN if text not in said]
    if code or missing:
        print(said[-4_000:])
    figure = f"make demo in a fresh clone: exit code {code}, {seconds:.0f} s after the set-up (at most {MOST_SECONDS:.0f}), missing: {missing}"
    return Outcome(figure, holds=code == 0 and not missing and seconds <= MOST_SECONDS)
