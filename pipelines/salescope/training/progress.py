"""What long work says while it runs, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "Steps", "silent"]

Progress = Callable[[str, int, int], None]
"""Is called with the step in words, the steps done, and the steps in all."""


def silent(*_told: str | int) -> None:
    """Says nothing."""


class Steps:
    """Counts the steps of a piece of work for whoever listens.

    Parameters
    ----------
    progress : callable
        Is told each step.
    total : int
        How many steps there will be.

    Examples
    --------
    >>> steps = Steps(lambda *told: print(*told), total=2)
    >>> steps("reading")
    reading 0 2
    >>> steps("fitting")
    fitting 1 2
    >>> steps.done()
    done 2 2
    """

    def __init__(self, progress: Progress, *, total: int) -> None:
        self._progress = progress
        self._total = total
        self._begun = 0

    def __call__(self, step: str) -> None:
        """Begins the next step."""
        self._progress(step, min(self._begun, self._total), self._total)
        self._begun += 1

    def expect(self, total: int) -> None:
        """Says anew how many steps there will be."""
        self._total = total

    def more(self, step: str) -> None:
        """Says more of the step that is under way."""
        self._progress(step, min(max(self._begun - 1, 0), self._total), self._total)

    def done(self) -> None:
        """Ends the work."""
        self._progress("done", self._total, self._total)
