"""The trial of a bundle: loaded and asked its canary rows in a process that may die of it.

The checks of :mod:`salescope.bundle` come first and refuse nearly everything. What they let through still meets
LightGBM's own reader, so a process with limits on memory and time meets it before the service does.

``python -m salescope.registry.trial FOLDER --digest DIGEST`` is that process. It prints the digest when the bundle is
sound, and why not on the error stream otherwise.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from salescope.bundle.scorers import check_structure, load_model
from salescope.frames.errors import SalescopeError, TrialError
from salescope.registry.published import read_bundle

__all__ = ["Limits", "offer"]

_MIB = 1024**2
_REFUSED = 3
_LONGEST_REASON = 600


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds what a trial may use.

    Parameters
    ----------
    seconds : float, default 120
        Time on the clock and on the processor; a sound bundle needs about 4 on an idle machine.
    mebibytes : int, default 4096
        Address space, of which the libraries alone map about 2 GiB.
    """

    seconds: float = 120.0
    mebibytes: int = 4096


def offer(folder: Path, *, digest: str | None = None, limits: Limits | None = None) -> str:
    """Tries a bundle: manifest, structure, then loading and canary rows in a process of its own.

    Parameters
    ----------
    folder : Path
        The folder of the bundle.
    digest : str, optional
        The digest that the bundle must have.
    limits : Limits, optional
        What the process may use.

    Returns
    -------
    str
        The digest of the bundle, which can be trusted to load and to answer as it did when it was fitted.

    Raises
    ------
    DamagedBundleError
        If a file is missing, altered or malformed; then no process is started.
    TrialError
        If the process refused the bundle, crashed, hung or ran out of memory.
    """
    files = read_bundle(folder, digest=digest)
    found = check_structure(files, digest=digest).digest
    allowed = limits or Limits()
    try:
        ended = _tried(folder, digest=found, limits=allowed)
    except subprocess.TimeoutExpired:
        reason = f"it did not end within {allowed.seconds:g} s"
        raise TrialError(reason) from None
    # LightGBM may have had something to say before.
    if ended.returncode == 0 and _last_line(ended.stdout) == found:
        return found
    raise TrialError(_reason(ended))


def _tried(folder: Path, *, digest: str, limits: Limits) -> subprocess.CompletedProcess[str]:
    # Started afresh, not forked: a child forked from a process with threads of LightGBM hangs. -P keeps the working
    # directory, which anyone may have filled, from the modules that can be imported.
    command = [sys.executable, "-P", "-m", "salescope.registry.trial", str(folder.resolve()), "--digest", digest]
    allowed = ["--seconds", str(limits.seconds), "--mebibytes", str(limits.mebibytes)]
    return subprocess.run(  # noqa: S603
        [*command, *allowed],
        capture_output=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=limits.seconds,
    )


def _reason(ended: subprocess.CompletedProcess[str]) -> str:
    if ended.returncode < 0:
        return f"the process was ended by signal {-ended.returncode}"
    said = _last_line(ended.stderr)
    if ended.returncode == _REFUSED:
        return said.rstrip(".")
    return f"the process ended with code {ended.returncode} ({said})"


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2][:_LONGEST_REASON]


def _confine(limits: Limits) -> None:
    seconds = int(limits.seconds) + 1
    for kind, amount in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, limits.mebibytes * _MIB),
    ):
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (amount if most == resource.RLIM_INFINITY else min(amount, most), most))


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m salescope.registry.trial")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--digest", required=True)
    parser.add_argument("--seconds", type=float, default=Limits().seconds)
    parser.add_argument("--mebibytes", type=int, default=Limits().mebibytes)
    given = parser.parse_args(arguments)
    _confine(Limits(seconds=given.seconds, mebibytes=given.mebibytes))
    try:
        load_model(read_bundle(given.folder, digest=given.digest), digest=given.digest)
    except SalescopeError as problem:
        sys.stderr.write(f"{problem}\n")
        return _REFUSED
    sys.stdout.write(f"{given.digest}\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
