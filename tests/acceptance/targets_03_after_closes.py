"""Row 3: the same chances after three, six and nine months of the year are over."""

from __future__ import annotations

from tests.acceptance.attainment import brier, calibration_error, multiples, years
from tests.acceptance.outcome import Outcome

MOST = {3: 0.151, 6: 0.114, 9: 0.075}


def run() -> Outcome:
    """Judges chances after each close beside the rule that the year goes on as it began."""
    said, good = [], True
    for closed, most in MOST.items():
        found = list(years(closed))
        told = {rule: [multiples(year, rule) for year in found] for rule in ("paths", "run rate")}
        score = brier(told["paths"])
        good = good and score <= most
        said.append(
            f"after {closed} months Brier {score:.4f} (at most {most}), calibration error "
            f"{calibration_error(told['paths']):.4f}, run-rate {brier(told['run rate']):.4f}"
        )
    return Outcome("; ".join(said), good)
