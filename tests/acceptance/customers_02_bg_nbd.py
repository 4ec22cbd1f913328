"""Row 2: the published parameters of the BG/NBD model are found again on the published tenth of cdnow."""

from __future__ import annotations

import numpy as np
from tests.acceptance.cdnow import AS_OF, published_tenth
from tests.acceptance.outcome import Outcome

from salescope.features import customer_features
from salescope.scoring.beta_geometric import BetaGeometricNBD
from salescope.scoring.histories import Histories
from salescope.scoring.purchases import fit_process

# Fader, Hardie, Lee (2005), with time in weeks.
PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
FAR, DAYS_A_WEEK = 0.01, 7.0


def run() -> Outcome:
    """Holds the four parameters against the published ones."""
    told = Histories.from_features(customer_features({"orders": published_tenth()}, as_of=AS_OF))
    found = fit_process(BetaGeometricNBD, told)
    values = {"r": found.r, "alpha": found.alpha / DAYS_A_WEEK, "a": found.a, "b": found.b}
    away = np.array([values[name] / PUBLISHED[name] - 1.0 for name in PUBLISHED])
    said = ", ".join(f"{name} {values[name]:.4f} ({PUBLISHED[name]})" for name in PUBLISHED)
    figure = f"cdnow sample, {len(told):,} customers, found (published): {said}; at most {np.abs(away).max():.2%} away"
    return Outcome(figure, bool((np.abs(away) <= FAR).all()))
