"""Errors of Salescope: one root, so that one table maps all of them to HTTP.

::

    SalescopeError
    ├── ContractError              the data or a request breaks the data contract
    │   ├── UnknownNameError       a key, column, table or file is misspelt or missing
    │   ├── MissingColumnError     a column that the work needs is not there
    │   ├── OutOfRangeError        an argument is a number that cannot be meant
    │   ├── TableDefinitionError   a table of the contract itself is defined wrongly (in salescope.frames)
    │   ├── ClashingRulesError     rules of a plan cannot be kept together (in salescope.planning)
    │   └── FlatSpendError         spend varied too little to know what it brings (in salescope.planning)
    ├── SettingsError              salescope.yaml says something that cannot be meant
    │   └── WorkspaceExistsError   a new workspace would overwrite a settings file
    ├── SourceError                a file, sheet or query cannot be read as a table at all
    ├── OutcomeError               outcomes are absent, or not of two kinds, so that nothing can be learned
    ├── GradeThresholdsError       the scores at which grades begin cannot be meant
    ├── NotFittedModelError        an estimator is asked before it was fitted
    │   └── UnfittedScorerError    the same, also a NotFittedError of scikit-learn (in salescope.scoring)
    ├── BundleError                a bundle can be neither trusted nor used
    │   ├── DamagedBundleError     a file of it is missing, altered or malformed
    │   ├── CanaryError            the loaded scorer answers other numbers than the fitted one
    │   └── TrialError             the throw-away process that tried it crashed, hung or ran out of memory
    ├── PublishingError            the published folder cannot do what is asked
    │   ├── NothingPublishedError  there is no current bundle
    │   ├── NoEarlierBundleError   there is nothing to roll back to
    │   ├── PublishedVersionError  a version cannot name a folder
    │   └── PublishedFolderError   the folder cannot be written: full, or not ours to write
    ├── BusyError                  another process holds a lock for too long
    ├── RegistryError              the tracking store or model registry cannot do what is asked
    │   └── UnknownVersionError    a registered model, version or alias does not exist
    ├── EvaluationError            a model's answers cannot be judged
    │   ├── MisalignedError        outcomes, scores or times do not fit together
    │   └── TooFewOutcomesError    too few outcomes of one kind to say anything
    ├── LeakageError               the leakage audit found something that blocks training
    ├── StoreError                 the service's database (in salescope.store)
    │   ├── StoreUrlError          its address is not one that Salescope opens
    │   ├── StoreUnavailableError  it does not answer
    │   ├── StoreVersionError      a newer Salescope has upgraded it
    │   ├── HostileValueError      a value would be stored differently by different databases
    │   ├── UnknownScopeError      a key is asked for with a scope that does not exist
    │   ├── UnknownApiKeyError     no API key has the id
    │   ├── UnknownCursorError     the next page of a ranking cannot be found by a cursor
    │   ├── OutcomeConflictError   an idempotency key is known already, with another outcome
    │   ├── UnknownPlanError       there is no such plan, or no such version of it
    │   ├── PlanConflictError      a plan cannot be changed as asked, because of what it is now
    │   └── OvertakenRunError      a newer run publishes the same table
    ├── ServiceError               a call of the service cannot be answered (in salescope.service, with its branches)
    ├── ServiceNotStartedError     the service that the command line started did not become ready
    └── …

Each class builds its own message from parts. A message says which value, where, what is accepted and what to do,
and ends with a full stop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salescope.frames.bundle_errors import (
    BundleError,
    BusyError,
    CanaryError,
    DamagedBundleError,
    NoEarlierBundleError,
    NothingPublishedError,
    PublishedFolderError,
    PublishedVersionError,
    PublishingError,
    RegistryError,
    TrialError,
    UnknownVersionError,
)
from salescope.frames.nearest import nearest_name
from salescope.frames.root_error import SalescopeError, listed
from salescope.frames.workspace_errors import SettingsError, SourceError, WorkspaceExistsError

__all__ = [
    "BundleError",
    "BusyError",
    "CanaryError",
    "ContractError",
    "DamagedBundleError",
    "EvaluationError",
    "GradeThresholdsError",
    "LeakageError",
    "MisalignedError",
    "MissingColumnError",
    "NoEarlierBundleError",
    "NotFittedModelError",
    "NothingPublishedError",
    "OutOfRangeError",
    "OutcomeError",
    "PublishedFolderError",
    "PublishedVersionError",
    "PublishingError",
    "RegistryError",
    "SalescopeError",
    "ServiceNotStartedError",
    "SettingsError",
    "SourceError",
    "TooFewOutcomesError",
    "TrialError",
    "UnknownNameError",
    "UnknownVersionError",
    "WorkspaceExistsError",
    "listed",
]


class ContractError(SalescopeError):
    """Says that data or a request breaks the data contract."""


class UnknownNameError(ContractError):
    """Says that a key, column, table or file is not one that exists here.

    Parameters
    ----------
    name : str
        The name that was given.
    what : str
        What it was meant to be, as "column" or "key".
    where : str
        The place, as ``"salescope.yaml: tables.leads"``.
    accepted : sequence of str
        The names that exist; the nearest one is suggested.

    Examples
    --------
    >>> print(UnknownNameError("sorce", what="column", where="leads", accepted=["source", "region"]))
    Unknown column 'sorce' in leads: did you mean 'source'? Accepted: 'source', 'region'.
    """

    def __init__(self, name: str, *, what: str, where: str, accepted: Sequence[str]) -> None:
        self.name = name
        self.accepted = tuple(accepted)
        near = nearest_name(name, self.accepted)
        hint = f"did you mean {near!r}? " if near else ""
        known = f"Accepted: {listed(self.accepted)}." if self.accepted else "There is none to choose from."
        super().__init__(f"Unknown {what} {name!r} in {where}: {hint}{known}")


class MissingColumnError(ContractError):
    """Says that columns which the work needs are not in the frame.

    Parameters
    ----------
    columns : sequence of str
        The columns that are missing.
    where : str
        The table or frame.
    present : sequence of str
        The columns that are there.
    """

    def __init__(self, columns: Sequence[str], *, where: str, present: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(
            f"Missing column {listed(self.columns)} in {where}; present: {listed(list(present))}. "
            "Map the column in salescope.yaml or add it to the frame."
        )


class OutOfRangeError(ContractError):
    """Says that an argument is a number that cannot be meant.

    Parameters
    ----------
    value : object
        The number that was given.
    name : str
        The argument.
    where : str
        The function or class it was given to.
    least : object
        The smallest value that is accepted.

    Examples
    --------
    >>> print(OutOfRangeError(0, name="paths", where="simulate_future", least=1))
    0 is out of range for paths in simulate_future: give a value of at least 1.
    """

    def __init__(self, value: object, *, name: str, where: str, least: object) -> None:
        super().__init__(f"{value!r} is out of range for {name} in {where}: give a value of at least {least}.")


class NotFittedModelError(SalescopeError):
    """Says that an estimator is asked for answers before it was fitted.

    Parameters
    ----------
    estimator : str
        The class name of the estimator.
    """

    def __init__(self, estimator: str) -> None:
        super().__init__(f"This {estimator} is not fitted yet. Call fit before asking it for answers.")


class EvaluationError(SalescopeError):
    """Says that a model's answers cannot be judged."""


class MisalignedError(EvaluationError):
    """Says that outcomes, scores or times do not fit together.

    Parameters
    ----------
    name : str
        The argument that does not fit.
    found : str
        What it holds, with the offending value or length.
    accepted : str
        What is accepted.

    Examples
    --------
    >>> print(MisalignedError("p", found="3 values", accepted="one value for each of the 4 outcomes"))
    Argument 'p' has 3 values; accepted: one value for each of the 4 outcomes.
    """

    def __init__(self, name: str, *, found: str, accepted: str) -> None:
        self.name = name
        super().__init__(f"Argument {name!r} has {found}; accepted: {accepted}.")


class TooFewOutcomesError(EvaluationError):
    """Says that there are too few outcomes of one kind to say anything.

    Parameters
    ----------
    won : int
        Outcomes that are 1: won leads, customers who left.
    lost : int
        Outcomes that are 0.
    needed : int
        How many of each kind the work needs.

    Examples
    --------
    >>> print(TooFewOutcomesError(won=0, lost=12, needed=1))
    Too few outcomes: 0 positive and 12 negative, where 1 of each is needed. Wait for more of them or widen the period.
    """

    def __init__(self, *, won: int, lost: int, needed: int) -> None:
        self.won, self.lost, self.needed = won, lost, needed
        super().__init__(
            f"Too few outcomes: {won} positive and {lost} negative, where {needed} of each is needed. "
            "Wait for more of them or widen the period."
        )


class LeakageError(SalescopeError):
    """Says that the leakage audit found something that blocks training.

    Parameters
    ----------
    findings : sequence of str
        One sentence for each blocking finding.
    columns : sequence of str
        The columns (or the kinds of findings about rows) that must be settled.

    Examples
    --------
    >>> print(LeakageError(["'duration' is written when the lead closes."], columns=["duration"]))
    Training is refused, for the leakage audit has 1 blocking finding: 'duration' is written when the lead closes.
    Exclude 'duration', or allow it explicitly where the value is known before the outcome.
    """

    def __init__(self, findings: Sequence[str], *, columns: Sequence[str]) -> None:
        self.findings = tuple(findings)
        self.columns = tuple(columns)
        plural = "" if len(self.findings) == 1 else "s"
        super().__init__(
            f"Training is refused, for the leakage audit has {len(self.findings)} blocking finding{plural}: "
            f"{' '.join(self.findings)}\n"
            f"Exclude {listed(self.columns)}, or allow it explicitly where the value is known before the outcome."
        )


class OutcomeError(SalescopeError, ValueError):
    """Says that a scorer cannot learn from the outcomes it was given.

    Parameters
    ----------
    problem : str
        What is wrong with them, without a full stop.
    remedy : str
        What to do, a sentence.

    Examples
    --------
    >>> print(OutcomeError("Only one class, 'lost', is among 12 outcomes", remedy="Give records of both outcomes."))
    Only one class, 'lost', is among 12 outcomes. Give records of both outcomes.
    """

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy}")


class GradeThresholdsError(SalescopeError, ValueError):
    """Says that the scores at which grades begin cannot be meant.

    Parameters
    ----------
    thresholds : mapping of str to object
        What was given.
    """

    def __init__(self, thresholds: Mapping[str, object]) -> None:
        super().__init__(
            f"Grade thresholds {dict(thresholds)!r} are not three falling whole numbers from 1 to 100. "
            "Give the lowest score of A, B and C, as {'A': 80, 'B': 50, 'C': 20}; below C the grade is D."
        )


class ServiceNotStartedError(SalescopeError):
    """Says that the service which the command line started did not become ready.

    Parameters
    ----------
    address : str
        Where it should have answered.
    log : str
        The file with its log.
    said : sequence of str
        The last lines of it.
    """

    def __init__(self, address: str, *, log: str, said: Sequence[str]) -> None:
        lines = " / ".join(line.strip() for line in said) or "nothing"
        super().__init__(f"The service at {address} did not become ready. It said: {lines}. The whole log is in {log}.")
