"""Errors of Salescope: one root, so that one table maps all of them to HTTP.

::

    SalescopeError
    ├── ContractError              the data or a request breaks the data contract
    │   ├── UnknownNameError       a key, column, table or file is misspelt or missing
    │   ├── MissingColumnError     a column that the work needs is not there
    │   ├── OutOfRangeError        an argument is a number that cannot be meant
    │   └── TableDefinitionError   a table of the contract itself is defined wrongly
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
    │   └── PublishedVersionError  a version cannot name a folder
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
    │   └── UnknownApiKeyError     no API key has the id
    ├── ServiceError               a call of the service cannot be answered (in salescope.service, with its branches)
    └── …

Each class builds its own message from parts. A message says which value, where, what is accepted and what to do,
and ends with a full stop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salescope.frames.nearest import nearest_name

__all__ = [
    "BundleError",
    "BusyError",
    "CanaryError",
    "ContractError",
    "DamagedBundleError",
    "GradeThresholdsError",
    "MissingColumnError",
    "NoEarlierBundleError",
    "NotFittedModelError",
    "NothingPublishedError",
    "OutOfRangeError",
    "OutcomeError",
    "PublishedVersionError",
    "PublishingError",
    "RegistryError",
    "SalescopeError",
    "SettingsError",
    "SourceError",
    "TableDefinitionError",
    "TrialError",
    "UnknownNameError",
    "UnknownVersionError",
    "WorkspaceExistsError",
    "listed",
]

MOST_LISTED = 5


def listed(values: Sequence[object], *, most: int = MOST_LISTED) -> str:
    """Joins values for a message, at most five of them.

    Parameters
    ----------
    values : sequence of object, shape (n_values,)
        What to list; each is shown with ``repr``.
    most : int, default 5
        How many are shown before "… and 12 more".

    Returns
    -------
    str
        The values, comma separated.

    Examples
    --------
    >>> listed(["won", "lost"])
    "'won', 'lost'"
    >>> listed(range(8), most=2)
    '0, 1 … and 6 more'
    """
    shown = ", ".join(repr(value) for value in values[:most])
    hidden = len(values) - most
    return f"{shown} … and {hidden} more" if hidden > 0 else shown


class SalescopeError(Exception):
    """Is the root of every error that Salescope raises on purpose."""


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


class BundleError(SalescopeError):
    """Says that a bundle can be neither trusted nor used."""


class DamagedBundleError(BundleError):
    """Says that a file of a bundle is missing, altered or malformed.

    Parameters
    ----------
    file : str
        The name of the file inside the bundle.
    problem : str
        What is wrong, without a full stop.

    Examples
    --------
    >>> print(DamagedBundleError("card.json", problem="it has 3 bytes instead of 5"))
    Bundle file 'card.json' is damaged: it has 3 bytes instead of 5. Train and publish again, or roll back.
    """

    def __init__(self, file: str, *, problem: str) -> None:
        self.file = file
        super().__init__(f"Bundle file {file!r} is damaged: {problem}. Train and publish again, or roll back.")


class CanaryError(BundleError):
    """Says that a loaded scorer answers other numbers than the fitted one did.

    Parameters
    ----------
    row : int
        The canary row, counted from 0.
    expected, found : float
        The log-odds recorded when the bundle was made, and those computed now.
    """

    def __init__(self, row: int, *, expected: float, found: float) -> None:
        super().__init__(
            f"Canary row {row} has log-odds {found!r} where {expected!r} was recorded at training. "
            "Use the versions of NumPy and LightGBM that the bundle was made with, or train again."
        )


class TrialError(BundleError):
    """Says that the throw-away process which tried a bundle did not survive it.

    Parameters
    ----------
    reason : str
        How the process ended, without a full stop.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"The bundle failed its trial: {reason}. The current bundle stays; train again.")


class PublishingError(SalescopeError):
    """Says that the published folder cannot do what is asked."""


class NothingPublishedError(PublishingError):
    """Says that the published folder has no current bundle.

    Parameters
    ----------
    folder : str
        The published folder.
    """

    def __init__(self, folder: str) -> None:
        super().__init__(f"Nothing is published in {folder!r} yet. Train a model and promote it first.")


class NoEarlierBundleError(PublishingError):
    """Says that there is no earlier bundle to roll back to.

    Parameters
    ----------
    version : str
        The current version.
    """

    def __init__(self, version: str) -> None:
        super().__init__(f"Version {version!r} has no earlier published version to roll back to. Promote another one.")


class PublishedVersionError(PublishingError):
    """Says that a version cannot name a folder.

    Parameters
    ----------
    version : str
        The version that was given.
    """

    def __init__(self, version: str) -> None:
        super().__init__(
            f"Version {version[:80]!r} is not plain letters, digits, '.' and '_'. Use the registry's number."
        )


class BusyError(SalescopeError):
    """Says that another process held a lock for too long.

    Parameters
    ----------
    lock : str
        The lock file.
    seconds : float
        How long was waited.
    """

    def __init__(self, lock: str, *, seconds: float) -> None:
        super().__init__(f"Another process has held the lock {lock!r} for {seconds:g} s. Try again when it is done.")


class RegistryError(SalescopeError):
    """Says that the tracking store or the model registry cannot do what is asked.

    Parameters
    ----------
    what : str
        What was asked and what came back, without a full stop.
    remedy : str
        What to do, as a sentence.
    """

    def __init__(self, what: str, *, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")


class UnknownVersionError(RegistryError):
    """Says that a registered model, version or alias does not exist.

    Parameters
    ----------
    name : str
        The registered model.
    version : str
        The version or ``@alias`` that was asked for.
    """

    def __init__(self, name: str, *, version: str) -> None:
        super().__init__(
            f"Registered model {name!r} has no version {version!r}",
            remedy="Train and register a model, or name a version that `salescope promote` lists.",
        )


class TableDefinitionError(ContractError):
    """Says that a table of the contract itself is defined wrongly.

    Parameters
    ----------
    table : str
        The name of the table.
    fault : str
        What is wrong with it, as a clause.
    """

    def __init__(self, table: str, *, fault: str) -> None:
        super().__init__(f"Table {table!r} of the data contract {fault}. Correct its module under frames.")


class SettingsError(SalescopeError):
    """Says that salescope.yaml says something that cannot be meant.

    Parameters
    ----------
    fault : str
        What is wrong and what is accepted, as a clause without a full stop.
    place : str
        The file, the line and the dotted key.

    Examples
    --------
    >>> print(SettingsError("'sideways' is not accepted; accepted: 'en', 'zh'", place="salescope.yaml, line 3"))
    In salescope.yaml, line 3: 'sideways' is not accepted; accepted: 'en', 'zh'.
    """

    def __init__(self, fault: str, *, place: str) -> None:
        self.place = place
        super().__init__(f"In {place}: {fault}.")


class WorkspaceExistsError(SettingsError):
    """Says that a new workspace would overwrite the settings of one that is there.

    Parameters
    ----------
    path : str
        The settings file that exists.
    """

    def __init__(self, path: str) -> None:
        super().__init__("the file exists and is never overwritten; choose another folder or move it away", place=path)


class SourceError(SalescopeError):
    """Says that a file, sheet or query cannot be read as a table at all.

    Parameters
    ----------
    source : str
        The file or the masked address, with the sheet or table.
    fault : str
        What is wrong with it, as a clause.
    remedy : str
        What to do, as a sentence without its full stop.

    Examples
    --------
    >>> print(SourceError("leads.csv", fault="is empty", remedy="Export it again with its header"))
    Source 'leads.csv' is empty. Export it again with its header.
    """

    def __init__(self, source: str, *, fault: str, remedy: str) -> None:
        self.source = source
        super().__init__(f"Source {source!r} {fault}. {remedy}.")


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
        Outcomes that are 1.
    lost : int
        Outcomes that are 0.
    needed : int
        How many of each kind the work needs.

    Examples
    --------
    >>> print(TooFewOutcomesError(won=0, lost=12, needed=1))
    Too few outcomes: 0 won and 12 lost, where 1 of each is needed. Wait for more closed leads or widen the period.
    """

    def __init__(self, *, won: int, lost: int, needed: int) -> None:
        self.won, self.lost, self.needed = won, lost, needed
        super().__init__(
            f"Too few outcomes: {won} won and {lost} lost, where {needed} of each is needed. "
            "Wait for more closed leads or widen the period."
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
