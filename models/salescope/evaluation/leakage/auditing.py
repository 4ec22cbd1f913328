"""The audit itself: rules name suspects, the price list convicts them, rows are looked at last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import spearmanr

from salescope.evaluation.leakage.after_outcome import absent_while_open, accumulated, dated_later
from salescope.evaluation.leakage.case import Case, prepare
from salescope.evaluation.leakage.disguise import nearly_the_outcome, telltale_value
from salescope.evaluation.leakage.duplicates import twins
from salescope.evaluation.leakage.hints import dominant, named_like_an_outcome
from salescope.evaluation.leakage.identifiers import identifiers
from salescope.evaluation.leakage.price import Price, PriceList
from salescope.evaluation.leakage.report import AuditReport, Finding
from salescope.evaluation.leakage.resampling import resampled
from salescope.evaluation.leakage.spans import telling_span
from salescope.evaluation.leakage.suspicion import Suspicion

__all__ = ["audit"]

RULES_ALONE = (absent_while_open, dated_later, nearly_the_outcome, telling_span, identifiers)
RULES_PRICED = (telltale_value, accumulated, dominant, named_like_an_outcome)
SAME_SIGNAL = 0.8


def audit(
    frame: pd.DataFrame,
    y: ArrayLike,
    *,
    order: ArrayLike | None = None,
    allowed: Collection[str] = (),
    key: str | None = None,
    seed: int = 0,
) -> AuditReport:
    """Looks for everything that makes a model look better on past rows than it will be on new ones.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        The columns that a model would learn from, of any type. Rows of leads that are still open are welcome: what
        only closed leads have is known too late.
    y : array_like of float, shape (n_rows,)
        1 won, 0 lost, NaN still open.
    order : array_like, shape (n_rows,), optional
        When each row's facts were known: naive local dates, instants or row numbers. Rows are taken to be in time
        order where it is absent.
    allowed : collection of str
        Columns that are known before the outcome, whatever they look like; "duplicate_rows" and "resampled" allow
        those kinds.
    key : str, optional
        A column that names the row and is not learned from.
    seed : int, default 0
        Repeats every draw.

    Returns
    -------
    AuditReport
        One finding a column at most; a hint does not block.

    Raises
    ------
    TooFewOutcomesError
        If there are fewer than five won or five lost rows.
    MisalignedError
        If lengths differ.

    Notes
    -----
    A column is found either on a ground that needs no more (open leads lack it; it dates from after; it is the
    outcome; it names the row), or on a weaker ground *and* a price: the AUC it adds to all other columns, both on
    random folds and on the newest rows. Columns that carry the same signal are priced together, so that a leak kept
    twice is not hidden by its copy. Names alone never block.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> won = rng.random(400) < 0.3
    >>> leads = pd.DataFrame({"visits": rng.poisson(2 + won), "lost_reason": np.where(won, None, "price")})
    >>> report = audit(leads, won)
    >>> [(finding.kind, finding.columns) for finding in report.findings]
    [('target_in_disguise', ('lost_reason',))]
    >>> report.raise_for_findings()
    Traceback (most recent call last):
    salescope.frames.errors.LeakageError: Training is refused, for the leakage audit has 1 blocking finding: ...
    >>> audit(leads.drop(columns="lost_reason"), won).findings
    ()
    """
    case = prepare(frame, y, order=order, skipped=() if key is None else (key,), seed=seed)
    prices = PriceList(case)
    proven = _first_of_each(suspicion for rule in RULES_ALONE for suspicion in rule(case))
    proven = [suspicion for suspicion in proven if suspicion.column not in allowed]
    pool = [name for name in case.columns if name not in {suspicion.column for suspicion in proven}]
    weighed = _weighed(case, prices=prices, pool=pool, allowed=allowed)
    found = [_finding(s, columns=(s.column,), price=prices.of([s.column], pool=pool)) for s in proven]
    blamed = {name for finding in weighed if finding.blocking for name in finding.columns}
    clean = [name for name in pool if name not in blamed]
    findings = [*found, *weighed, *_row_findings(case, names=clean, allowed=allowed)]
    joint = prices.joint(clean)
    return AuditReport(
        findings=tuple(sorted(findings, key=lambda finding: not finding.blocking)),
        n_rows=len(case.y),
        auc_random=joint.random,
        auc_newest=joint.newest,
    )


def _first_of_each(suspicions: Iterable[Suspicion]) -> list[Suspicion]:
    """Keeps the first ground a column is suspected on: rules come in the order of their weight."""
    first: dict[str, Suspicion] = {}
    for suspicion in suspicions:
        first.setdefault(suspicion.column, suspicion)
    return list(first.values())


def _weighed(case: Case, *, prices: PriceList, pool: Sequence[str], allowed: Collection[str]) -> list[Finding]:
    grounds = [s for rule in RULES_PRICED for s in rule(case) if s.column in pool and s.column not in allowed]
    suspects = list(dict.fromkeys(suspicion.column for suspicion in grounds))
    findings: dict[str, Finding] = {}
    for suspicion in grounds:
        if suspicion.column in findings:
            continue
        price = prices.of(_alike(case, name=suspicion.column, among=suspects), pool=pool)
        if price.least >= suspicion.worth:
            findings[suspicion.column] = _finding(suspicion, columns=(suspicion.column,), price=price)
    return [_with_its_copy(case, finding=finding, among=findings) for finding in findings.values()]


def _with_its_copy(case: Case, *, finding: Finding, among: Mapping[str, Finding]) -> Finding:
    """Makes a hint block where its column is a blocked one over again, as minutes are seconds."""
    copies = _alike(case, name=finding.columns[0], among=[name for name, other in among.items() if other.blocking])
    original = next((name for name in copies if name != finding.columns[0]), None)
    if finding.blocking or original is None:
        return finding
    return replace(finding, blocking=True, evidence=f"{finding.evidence[:-1]}; it carries what {original!r} does.")


def _alike(case: Case, *, name: str, among: Sequence[str]) -> list[str]:
    """Gives the suspects that carry the same signal as one of them, itself included."""
    own = case.single_scores[name]
    return [
        other for other in among if other == name or abs(spearmanr(own, case.single_scores[other])[0]) >= SAME_SIGNAL
    ]


def _finding(suspicion: Suspicion, *, columns: tuple[str, ...], price: Price) -> Finding:
    return Finding(
        kind=suspicion.kind,
        columns=columns,
        evidence=f"{suspicion.column!r} {suspicion.evidence}; {price.words}.",
        price_auc=price.random,
        blocking=not suspicion.hint,
    )


def _row_findings(case: Case, *, names: Sequence[str], allowed: Collection[str]) -> list[Finding]:
    if not names:
        return []
    # Copies made to balance a class are twins too: the narrower word says more.
    finding = resampled(case, names=names) if "resampled" not in allowed else None
    if finding is None and "duplicate_rows" not in allowed:
        finding = twins(case, names=names)
    return [finding] if finding is not None else []
