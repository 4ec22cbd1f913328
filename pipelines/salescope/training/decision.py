"""Decides whether a trained scorer may serve, and says why in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from salescope.training.comparing import Against
from salescope.training.judging import Calibration, Judgement

__all__ = ["Decision", "decide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Holds what becomes of a trained scorer.

    Parameters
    ----------
    promote : bool
        Whether it may take the alias "champion".
    ground : {"signal", "calibration", "baseline", "champion", "first", "better"}
        What decided.
    message : str
        The ground in words.
    """

    promote: bool
    ground: str
    message: str


def decide(judgement: Judgement, calibration: Calibration, *, against: Against | None) -> Decision:
    """Passes a scorer through the gates: signal, then calibration, then the champion.

    Parameters
    ----------
    judgement : Judgement
        What the newest outcomes say.
    calibration : Calibration
        The recalibration and its check.
    against : Against or None
        The comparison with the champion; None where there is none.

    Returns
    -------
    Decision
    """
    if not judgement.verdict.signal:
        return Decision(promote=False, ground="signal", message=f"{judgement.verdict.message} Not promoted.")
    if not calibration.check.passed:
        advice = "Not promoted: probabilities would mislead. Look at the reliability plot; more outcomes usually help."
        return Decision(promote=False, ground="calibration", message=f"{calibration.check.message} {advice}")
    if against is None:
        return Decision(promote=True, ground="first", message="Promoted: there is no champion to compare with.")
    message = f"{against.comparison.message} Judged on {against.comparison.n_rows} outcomes ({against.basis})."
    ground = "better" if against.comparison.promote else "champion"
    return Decision(promote=against.comparison.promote, ground=ground, message=message)
