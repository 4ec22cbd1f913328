"""Row 2: in a fresh clone, `make test` is green within twelve minutes."""

from __future__ import annotations

from tests.acceptance.clones import fresh_clone, timed_make
from tests.acceptance.outcome import Outcome

__all__ = ["run"]

MOST_SECONDS = 720.0


def run() -> Outcome:
    """Sets the clone up first, for downloads do not count."""
    with fresh_clone() as clone:
        code, seconds, said = timed_make(clone, "test")
    last = said.strip().splitlines()[-1] if said.strip() else ""
    if code:
        print(said[-6_000:])
    figure = f"make test in a fresh clone: exit code {code}, {seconds:.0f} s (at most {MOST_SECONDS:.0f}): {last}"
    return Outcome(figure, holds=code == 0 and seconds <= MOST_SECONDS)
