"""The one step from the registry to the service: the champion is downloaded, tried and published."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from salescope.frames.errors import DamagedBundleError, NoEarlierBundleError, NothingPublishedError
from salescope.registry.published import Published, current, publish, rollback
from salescope.registry.tracking import CHAMPION, Tracking
from salescope.registry.trial import Limits, offer

__all__ = ["materialise", "promote_version", "roll_back"]


def materialise(
    tracking: Tracking, name: str, *, folder: Path, keep: int = 5, limits: Limits | None = None
) -> Published | None:
    """Publishes the champion when it is not what is published; the one poller calls this again and again.

    Parameters
    ----------
    tracking : Tracking
        The tracking store.
    name : str
        The registered model.
    folder : Path
        The published folder, which the service watches.
    keep : int, default 5
        How many bundles stay on the disk.
    limits : Limits, optional
        What the trial of the bundle may use.

    Returns
    -------
    Published or None
        What was published; None when there is no champion or it is published already.

    Raises
    ------
    BundleError
        If the champion's bundle is damaged or fails its trial; what was published stays.
    """
    champion = tracking.champion(name)
    if champion is None or _is_published(folder, version=champion.version, digest=champion.digest):
        return None
    files = tracking.download(name, version=champion.version)
    check = partial(offer, digest=champion.digest, limits=limits)
    return publish(folder, files, version=champion.version, check=check, keep=keep)


def promote_version(tracking: Tracking, name: str, *, version: str, folder: Path, keep: int = 5) -> Published:
    """Makes a version the champion and publishes it; a bundle that fails its trial never becomes the champion.

    Parameters
    ----------
    tracking : Tracking
        The tracking store.
    name : str
        The registered model.
    version : str
        The number of the version, or an alias, as "@challenger".
    folder : Path
        The published folder.
    keep : int, default 5
        How many bundles stay on the disk.

    Returns
    -------
    Published
        What is published now.

    Raises
    ------
    UnknownVersionError
        If there is no such version.
    BundleError
        If its bundle is damaged or fails its trial; champion and published bundle stay.

    Notes
    -----
    The bundle is tried, then the alias moves, then the pointer. A crash between the last two leaves a champion that
    the poller publishes at its next turn.
    """
    found = tracking.find(name, version=version)
    if _is_published(folder, version=found.version, digest=found.digest):
        tracking.set_alias(name, CHAMPION, version=found.version)
        return current(folder)

    def try_then_crown(staged: Path) -> None:
        offer(staged, digest=found.digest)
        tracking.set_alias(name, CHAMPION, version=found.version)

    files = tracking.download(name, version=found.version)
    return publish(folder, files, version=found.version, check=try_then_crown, keep=keep)


def roll_back(tracking: Tracking, name: str, *, folder: Path) -> Published:
    """Makes the version published before the present one champion and current again.

    Parameters
    ----------
    tracking : Tracking
        The tracking store.
    name : str
        The registered model.
    folder : Path
        The published folder.

    Returns
    -------
    Published
        What is published now.

    Raises
    ------
    NoEarlierBundleError
        If nothing was published before it.
    UnknownVersionError
        If the registry no longer has the earlier version.

    Notes
    -----
    The alias moves with the pointer; otherwise the poller would publish the rejected champion again.
    """
    pointed = current(folder)
    if not pointed.previous:
        raise NoEarlierBundleError(pointed.version)
    tracking.set_alias(name, CHAMPION, version=pointed.previous[0].version)
    return rollback(folder)


def _is_published(folder: Path, *, version: str, digest: str) -> bool:
    try:
        pointed = current(folder)
    except (NothingPublishedError, DamagedBundleError):
        return False
    return (pointed.version, pointed.digest) == (version, digest)
