"""Row 2: chances that a year reaches its target, nine origins of 555 nodes."""

from __future__ import annotations

from tests.acceptance.attainment import brier, calibration_error, multiples, years
from tests.acceptance.outcome import Outcome

MOST_BRIER, MOST_ERROR = 0.200, 0.057


def run() -> Outcome:
    """Judges chances of 95 to 110 % of last year's sales beside the past's rate and the forecast's yes or no."""
    found = list(years())
    told = {said: [multiples(year, said) for year in found] for said in ("paths", "base rate", "point")}
    score, error = brier(told["paths"]), calibration_error(told["paths"])
    figure = (
        f"{len(found)} origins x {found[0].last.size} nodes: Brier {score:.4f}, calibration error {error:.4f}; "
        f"base rate {brier(told['base rate']):.4f}, forecast as yes or no {brier(told['point']):.4f}"
    )
    return Outcome(figure, score <= MOST_BRIER and error <= MOST_ERROR)
