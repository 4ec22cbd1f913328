"""Errors of bundles, of publishing them and of the registry; salescope.frames.errors draws the whole tree."""

from __future__ import annotations

from salescope.frames.root_error import SalescopeError

__all__ = [
    "BundleError",
    "BusyError",
    "CanaryError",
    "DamagedBundleError",
    "NoEarlierBundleError",
    "NothingPublishedError",
    "PublishedFolderError",
    "PublishedVersionError",
    "PublishingError",
    "RegistryError",
    "TrialError",
    "UnknownVersionError",
]


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
    """Says that a loaded model answers other numbers than the fitted one did.

    Parameters
    ----------
    row : int
        The canary row, counted from 0.
    expected, found : float
        The value recorded when the bundle was made (log-odds, of a scorer), and the one computed now.
    """

    def __init__(self, row: int, *, expected: float, found: float) -> None:
        super().__init__(
            f"Canary row {row} has the value {found!r} where {expected!r} was recorded at training. "
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


class PublishedFolderError(PublishingError):
    """Says that the published folder cannot be written.

    Parameters
    ----------
    folder : str
        The published folder.
    problem : str
        What the operating system said, without a full stop.
    """

    def __init__(self, folder: str, *, problem: str) -> None:
        super().__init__(
            f"The published folder {folder!r} cannot be written ({problem}); the current bundle stays. "
            "Make room, or let this process write there."
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
